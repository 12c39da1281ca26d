"""The latest pieces on the home page, each with a small roll."""

from __future__ import annotations

from base64 import b64encode

import streamlit as st

from musicgen.composing.records.saved_pieces import SavedPiece, UnknownPiece, list_pieces
from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.read_score import read_saved_midi
from musicgen.rendering.page.roll_svg import roll_svg
from musicgen.ticks import clock_text
from musicgen.ui.shared.page_style import SMALL_ROLL
from musicgen.ui.shared.text import escape, format_count

MAX_PIECES = 4
MAX_DRAWN_NOTES = 2000
MAX_KEPT = 64  # rolls in memory


def latest_pieces() -> None:
    """Show the latest pieces, and how many there are; nothing where there are none."""
    pieces = list_pieces()
    if not pieces:
        return
    st.header("Your pieces", anchor=False)
    for column, piece in zip(st.columns(MAX_PIECES), pieces, strict=False):
        with column, st.container(border=True, height="stretch", gap="xsmall"):
            _piece(piece)
    if len(pieces) > MAX_PIECES:
        st.caption(f"{format_count(len(pieces), 'piece')} in all, on the Compose page")


def _piece(piece: SavedPiece) -> None:
    query = {"piece": piece.id}
    try:
        roll, line = _drawn(piece.midi)
    except (UnknownPiece, UnreadableScore):
        roll, line = "", "It cannot be read."
    # As a background: Streamlit takes SVG out of HTML, and its images have no text beside them.
    st.html(f'<div class="{SMALL_ROLL}" style="background-image: url({roll})"></div>')
    st.page_link("pages/3_Compose.py", label=escape(piece.name), query_params=query)
    st.caption(line)


@st.cache_resource(max_entries=MAX_KEPT, show_spinner=False)
def _drawn(midi: bytes) -> tuple[str, str]:
    """The address of the roll of a MIDI file, its notes and its length. Raises UnreadableScore."""
    score = read_saved_midi(midi, "")
    line = f"{format_count(len(score), 'note')} · {clock_text(score.seconds)}"
    if not 0 < len(score) <= MAX_DRAWN_NOTES:
        return "", line
    return (
        f"data:image/svg+xml;base64,{b64encode(roll_svg(score, has_bars=False).encode()).decode()}",
        line,
    )
