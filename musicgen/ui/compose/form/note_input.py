"""Notes that a piece begins with: typed as text, or clicked on a piano."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from musicgen.rendering.note_names import key_signature
from musicgen.ui.components.piano import Press, key_name, piano
from musicgen.ui.compose.form import state
from musicgen.ui.compose.form.note_text import typed_score, with_note, with_rest, without_last

TEXT, PIANO = "begin-typed", "begin-piano"
EXAMPLE = "D4 F4 A4 D5/2"
MOST_TEXT = 2000  # characters
# By how many fifths a scale's signature is sharper than that of the major scale on its tonic.
_SHARPER = {
    "major": 0, "minor": -3, "dorian": -2, "phrygian": -4, "lydian": 1, "mixolydian": -1,
    "pentatonic": 0, "blues": -3,
}  # fmt: skip


def notes_text() -> str:
    """Widgets for the notes; what they say, on one line."""
    st.session_state.setdefault(TEXT, EXAMPLE)
    text = st.text_area(
        "Notes",
        key=TEXT,
        max_chars=MOST_TEXT,
        height="content",
        persist_state="session",
        help="Note names with octave (C4 is middle C), # or b; notes that sound together joined "
        "by +; a slash and a length in quarters (C4+E4/2), 1 where there is none; r is a rest.",
    )
    piano(_signature(), PIANO, _write)
    return " ".join(str(text).split())


def signature_named(key: str) -> int:
    """Sharps of the signature of a key by its name, negative for flats: D minor has -1."""
    tonic, scale = key.split()
    altered = {"#": 7, "b": -7}.get(tonic[1:], 0)
    return "FCGDAEB".index(tonic[0]) - 1 + altered + _SHARPER[scale]


def _signature() -> int | None:
    """Of the key that is asked for; without one, of that which the notes so far are in."""
    if asked := st.session_state[state.key_of("key")]:
        return signature_named(asked)
    try:
        return key_signature(typed_score(st.session_state[TEXT]))
    except ValueError:
        return None


def _write(presses: Sequence[Press]) -> None:
    """Write what was clicked behind the notes, as far as there is room."""
    for press in presses:
        text = _written(st.session_state[TEXT], press)
        if len(text) <= MOST_TEXT:
            st.session_state[TEXT] = text


def _written(text: str, press: Press) -> str:
    if press.kind == "undo":
        return without_last(text)
    if press.kind == "rest":
        return with_rest(text, press.quarters)
    name = key_name(press.pitch, _signature())
    return with_note(text, name, press.quarters, press.together)
