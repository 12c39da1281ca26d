"""The piece that the address names, and the bar of a chart, so that both can be linked to."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from musicgen.ui.shared.text import escape

PIECE, BAR = "piece", "bar"  # query parameters


def piece_in_url(collection: str, files: Sequence[str]) -> str | None:
    """The file that the address names; a word where the collection has none of that name."""
    file = st.query_params.get(PIECE)
    if file is None or file in files:
        return file
    if st.session_state.get(_shown(PIECE)) in (None, (collection, file)):  # else of the last one
        st.warning(f"There is no piece “{escape(file, 80)}” in this collection.")
    return None


def put_piece_in_url(collection: str, file: str | None) -> None:
    """Have the address name a file; None: no file."""
    st.session_state[_shown(PIECE)] = (collection, file) if file else None
    _put(PIECE, file)


def selected_bar(title: str, picked: str | None) -> str | None:
    """The label of a chart's bar that is picked; before any is, the one that the address names."""
    key, bar = _shown(f"{BAR}-{title}"), f"{title}: {picked}"
    linked, before = st.query_params.get(BAR, ""), st.session_state.get(key)
    if picked is None and before is None:
        return linked.removeprefix(f"{title}: ") if linked.startswith(f"{title}: ") else None
    if picked != before:
        st.session_state[key] = picked
        if picked is not None:
            _put(BAR, bar)
        elif linked == f"{title}: {before}":
            _put(BAR, None)
    return picked


def bar_in_url() -> tuple[str, str] | None:
    """The title and the label of the bar that the address names."""
    title, separator, label = st.query_params.get(BAR, "").partition(": ")
    return (title, label) if separator else None


def remove_from_url(parameter: str) -> None:
    """Take a parameter out of the address."""
    _put(parameter, None)


def _put(parameter: str, value: str | None) -> None:
    if value is None:
        st.query_params.pop(parameter, None)
    elif st.query_params.get(parameter) != value:
        st.query_params[parameter] = value


def _shown(what: str) -> str:
    return f"_{what}_shown"
