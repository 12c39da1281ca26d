"""Widgets for the notes that a piece begins with: a text field and a piano."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from musicgen.composing.records.typed_drafts import (
    MAX_CHARACTERS,
    TypedDraft,
    read_draft,
    write_draft,
)
from musicgen.errors import MusicgenError
from musicgen.paths import is_shared
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
from musicgen.ui.server import sound_files
from musicgen.ui.server.draft_endpoint import DRAFT_PATH, RECORDINGS_PATH

TEXT_KEY, PIANO_KEY = "prompt-notes", "prompt-piano"
_LEFT_OUT = "_prompt_left_out"  # session state: presses for which the text had no room


def notes_text() -> str:
    """Widgets for the notes, at first those of the last visit; returns the text on one line."""
    if TEXT_KEY not in st.session_state:
        st.session_state[TEXT_KEY] = read_draft().notes or EXAMPLE
    text = st.text_area(
        "Notes",
        key=TEXT_KEY,
        max_chars=MAX_CHARACTERS,
        height="content",
        persist_state="session",
        help="Names with octave (C4 is middle C), # or b; notes of a chord joined by +; after a "
        "slash the length in quarters (C4+E4/2), 1 if there is none; r is a rest.",
    )
    with suppress(OSError):  # a full disk is said where the piece cannot be saved
        write_draft(TypedDraft(str(text)))
    if left_out := st.session_state.pop(_LEFT_OUT, 0):
        st.caption(f":orange[There is no room for {left_out:,} more of what was played.]")
    base = sound_files.base_path()
    paths = (RECORDINGS_PATH, DRAFT_PATH)
    recordings, draft = ("", "") if is_shared() else (base + path for path in paths)
    piano(_signature(), PIANO_KEY, append_presses, recordings, draft)
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
        else:
            st.session_state[_LEFT_OUT] = st.session_state.get(_LEFT_OUT, 0) + 1


def _after_press(text: str, press: Press) -> str:
    if press.kind == "clear":
        return ""
    if press.kind == "undo":
        return remove_last_note(text)
    if press.kind == "rest":
        return append_rest(text, press.quarters)
    name = key_name(press.pitch, _signature())
    return append_note(text, name, press.quarters, press.in_chord)
