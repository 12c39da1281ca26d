"""Widgets for the notes that a piece begins with: a text field and a piano."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from musicgen.errors import MusicgenError
from musicgen.rendering.note_names import key_signature
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
# Sharps of a scale's key signature, less those of the major scale on the same tonic.
_SHARPS_FROM_MAJOR = {
    "major": 0, "minor": -3, "dorian": -2, "phrygian": -4, "lydian": 1, "mixolydian": -1,
    "pentatonic": 0, "blues": -3,
}  # fmt: skip


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


def signature_of_key(key: str) -> int:
    """Sharps of a key's signature, negative for flats: D minor has -1."""
    tonic, scale = key.split()
    accidental = {"#": 7, "b": -7}.get(tonic[1:], 0)
    return "FCGDAEB".index(tonic[0]) - 1 + accidental + _SHARPS_FROM_MAJOR[scale]


def _signature() -> int | None:
    """Sharps of the chosen key, or of the key that the notes so far are in."""
    if key := st.session_state[widget_key("key")]:
        return signature_of_key(key)
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
