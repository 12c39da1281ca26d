"""What pieces sound with: the SoundFont that comes with the program, or one of the person's."""

from __future__ import annotations

import streamlit as st

from musicgen.bin import SOUNDFONTS
from musicgen.files import USER_ERRORS, message_of
from musicgen.rendering.soundfonts.library import (
    EXTENSIONS,
    MAX_SOUNDFONT_BYTES,
    SHIPPED_NAME,
    add_soundfont,
    choose_soundfont,
    chosen_soundfont,
    delete_soundfont,
    own_soundfonts,
)
from musicgen.ui.shared.actions import run_action
from musicgen.ui.shared.bin_view import IN_BIN, bin_view
from musicgen.ui.shared.frame import queue_toast, show_queued_toast
from musicgen.ui.shared.text import escape

CHOICE_KEY, FILE_KEY = "soundfont-choice", "soundfont-file"
# Session state: why the last file cannot be used; files so far, for a field that is empty again.
_ERROR, _ADDED = "_soundfont_error", "_soundfonts_added"
SHIPPED_LABEL = f"{SHIPPED_NAME}, comes with the program"


def sound_popover() -> None:
    """Choice of the SoundFont of all players and of sound files, and the upload of another one."""
    show_queued_toast()
    with st.popover("Sound", icon=":material/piano:", key="sound-popover"):
        names = [font.name for font in own_soundfonts()]
        chosen = chosen_soundfont().name
        st.session_state[CHOICE_KEY] = chosen if chosen in names else SHIPPED_LABEL
        st.selectbox(
            "SoundFont", [SHIPPED_LABEL, *names], key=CHOICE_KEY, on_change=_choose,
            help="The instruments of the players on all pages, and of WAV, MP3 and web pages.",
        )  # fmt: skip
        st.file_uploader(
            "Add a SoundFont", [extension.removeprefix(".") for extension in EXTENSIONS],
            key=_file_key(), max_upload_size=MAX_SOUNDFONT_BYTES >> 20, on_change=_add,
            help="It is kept in the workspace and checked before it is used.",
        )  # fmt: skip
        if error := st.session_state.get(_ERROR):
            st.error(escape(error, 400))
        with st.container(horizontal=True):
            if chosen in names and st.button(
                "Delete it", icon=":material/delete:", key="delete-soundfont", help=IN_BIN
            ):
                run_action(lambda: _delete(chosen))
            bin_view(SOUNDFONTS)


def _file_key() -> str:
    return f"{FILE_KEY}-{st.session_state.get(_ADDED, 0)}"


def _choose() -> None:
    name = st.session_state[CHOICE_KEY]
    choose_soundfont("" if name == SHIPPED_LABEL else name)


def _add() -> None:
    """Add the file, and have it sound."""
    file = st.session_state.get(_file_key())
    st.session_state[_ERROR] = ""
    if file is None:
        return
    try:
        font = add_soundfont(file.name, file.getvalue())
    except USER_ERRORS as error:
        st.session_state[_ERROR] = message_of(error)
        return
    choose_soundfont(font.name)
    st.session_state[_ADDED] = st.session_state.get(_ADDED, 0) + 1
    queue_toast(f"{escape(font.name)} sounds from now on.")


def _delete(name: str) -> str:
    delete_soundfont(name)
    return f"{escape(name)} is deleted."
