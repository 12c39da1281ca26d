"""Widgets for the notes that a piece begins with: a text field and a piano."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from musicgen.errors import MusicgenError
from musicgen.rendering.note_names import key_signature
from musicgen.theory.scales import key_sharps
from musicgen.ui.components.piano import Press, key_name, piano
from musicgen.ui.compose.form.note_text import (
    EXAMPLE,
    append_note,
    append_rest,
    parse_notes,
    remove_last_note,
)
from musicgen.ui.compose.form.state import widget_key

TEXT_KEY, PIANO_KEY = "prompt-notes", "prompt-piano"
MAX_CHARACTERS = 2000


def notes_text() -> str:
    """Widgets for the notes; returns the text on one line."""
    st.session_state.setdefault(TEXT_KEY, EXAMPLE)
    text = st.text_area(
        "Notes",
        key=TEXT_KEY,
        max_chars=MAX_CHARACTERS,
        height="content",
        persist_state="session",
        help="Names with octave (C4 is middle C), # or b; notes of a chord joined by +; after a "
        "slash the length in quarters (C4+E4/2), 1 if there is none; r is a rest.",
    )
    piano(_signature(), PIANO_KEY, append_presses)
    return " ".join(str(text).split())


def _signature() -> int | None:
    """Sharps of the chosen key, or of the key that the notes so far are in."""
    if key := st.session_state[widget_key("key")]:
        return key_sharps(key)
    try:
        return key_signature(parse_notes(st.session_state[TEXT_KEY]))
    except MusicgenError:
        return None


def append_presses(presses: Sequence[Press]) -> None:
    """Append clicked notes to the text, as long as there is room."""
    for press in presses:
        text = _after_press(st.session_state[TEXT_KEY], press)
        if len(text) <= MAX_CHARACTERS:
            st.session_state[TEXT_KEY] = text


def _after_press(text: str, press: Press) -> str:
    if press.kind == "clear":
        return ""
    if press.kind == "undo":
        return remove_last_note(text)
    if press.kind == "rest":
        return append_rest(text, press.quarters)
    name = key_name(press.pitch, _signature())
    return append_note(text, name, press.quarters, press.in_chord)
