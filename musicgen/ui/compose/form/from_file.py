"""Making a piece again from the file that it was taken away in."""

from __future__ import annotations

import streamlit as st

from musicgen.ui.compose.link import Link
from musicgen.ui.compose.session import desk

FILE = "settings-file"


def from_file() -> None:
    """Take a settings file, or the MIDI of a piece."""
    with st.popover("From a piece's file", icon=":material/upload_file:"):
        st.file_uploader(
            "The settings or the MIDI of a piece, as they were downloaded",
            ["json", "mid"], key=FILE,
            max_upload_size=1, on_change=_take_file,
        )  # fmt: skip
    if st.session_state.pop("_file_taken", False):
        st.rerun()


def _take_file() -> None:
    file = st.session_state.get(FILE)
    if file is None:
        return
    st.session_state["_file_taken"] = True
    try:
        desk().given = Link.of_file(file.getvalue())
    except ValueError as problem:
        desk().problem = f"{file.name} cannot be used: {problem}"
