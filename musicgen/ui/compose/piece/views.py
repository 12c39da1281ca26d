"""Below the player: downloads and a choice of views of the piece."""

from __future__ import annotations

import streamlit as st

from musicgen.composing.records.saved_pieces import SavedPiece, UnknownPiece
from musicgen.files import message_of
from musicgen.rendering.figures.roll import piano_roll
from musicgen.rendering.musicxml import Unprintable
from musicgen.score import Score
from musicgen.ui.components.printed_score import has_phone_width, printed_score
from musicgen.ui.compose.piece.downloads import downloads
from musicgen.ui.compose.piece.edit_view import edit_view
from musicgen.ui.compose.piece.originality_view import originality_view
from musicgen.ui.compose.piece.quality_view import quality_view
from musicgen.ui.compose.piece.takes_view import takes_view
from musicgen.ui.compose.piece_cache import MAX_PRINTED_NOTES, engraving, score_of
from musicgen.ui.compose.piece_facts import marks_of, primer_notes
from musicgen.ui.compose.session import current_session
from musicgen.ui.shared.text import escape, format_count
from musicgen.ui.shared.url_choice import url_segments

TAKES = "Takes"
VIEW = "compose-view"  # key of the widget and query parameter
_PRINT, _PHONE_PRINT = "printed-score", "print-for-phone"  # keys of the session
MAX_ROLL_NOTES = 5000  # of the Plotly figure; the player draws more


@st.fragment
def views() -> None:
    """Show downloads and the chosen view."""
    session = current_session()
    if session.piece is None or session.task is not None:
        return
    session.refresh()
    try:
        score = score_of(session.piece)
    except UnknownPiece:  # the player says so
        return
    downloads(session.piece, score)
    view = url_segments("View", list(VIEWS), VIEW, "collapsed")
    if not len(score) and view != TAKES:
        st.info("It has no notes yet: play some in, or draw them, under **Edit** above.")
        return
    VIEWS[view](session.piece, score)


def roll_view(piece: SavedPiece, score: Score) -> None:
    """Plotly figure of the notes, with tooltips."""
    if len(score) > MAX_ROLL_NOTES:
        notes = format_count(len(score), "note")
        st.info(f"{notes} are too many for this view; the player shows them.")
        return
    figure = piano_roll(score, primer_notes=primer_notes(piece), marks=marks_of(piece))
    st.plotly_chart(figure, key="compose-roll", config={"displaylogo": False, "scrollZoom": True})


def printed_view(piece: SavedPiece, score: Score) -> None:
    """Pages of the printed score."""
    if len(score) > MAX_PRINTED_NOTES:
        notes = format_count(len(score), "note")
        st.info(f"{notes} are too many to print here; download the MusicXML.")
        return
    has_chords = st.toggle(
        "Chord symbols", key="chord-symbols", persist_state="session",
        help="The chords that are found in the notes, beat by beat.",
    )  # fmt: skip
    for_phone = st.session_state.get(_PHONE_PRINT, False)
    with st.spinner("Engraving …"):
        try:
            engraved = engraving(score, has_chords, for_phone)
        except Unprintable as error:
            message = message_of(error)
            st.info(escape(message[0].upper() + message[1:]))
            return
    printed_score(engraved, piece.id, for_phone, _PRINT, _take_width)


def _take_width() -> None:
    """Remember the width that the print has room for, which the browser says."""
    st.session_state[_PHONE_PRINT] = has_phone_width(_PRINT)


VIEWS = {
    "How good": quality_view,
    "Originality": originality_view,
    "Change": edit_view,
    TAKES: takes_view,
    "Roll": roll_view,
    "Score": printed_view,
}
