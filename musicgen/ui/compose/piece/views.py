"""Below the player: the files to take away, and closer looks at the piece."""

from __future__ import annotations

import streamlit as st

from musicgen.composing.records.saved_pieces import SavedPiece, UnknownPiece
from musicgen.rendering.figures.roll import piano_roll
from musicgen.rendering.svg import Unprintable
from musicgen.score import Score
from musicgen.ui.compose.piece.downloads import downloads
from musicgen.ui.compose.piece.edit_view import change_view
from musicgen.ui.compose.piece.originality_view import original_view
from musicgen.ui.compose.piece.page_svg import on_paper
from musicgen.ui.compose.piece.quality_view import quality_view
from musicgen.ui.compose.piece_cache import MOST_PRINTED, engraving_of, score_of
from musicgen.ui.compose.piece_facts import marks_of, primer_notes
from musicgen.ui.compose.session import desk
from musicgen.ui.shared.text import escape, format_count

MOST_DRAWN = 5000  # notes of the Plotly roll


@st.fragment
def views() -> None:
    """Downloads and the chosen view of the piece that is shown."""
    here = desk()
    if here.piece is None or here.job is not None:
        return
    try:
        score = score_of(here.piece)
    except UnknownPiece:
        return
    downloads(here.piece, score)
    shown = st.pills(
        "View", list(VIEWS), default=next(iter(VIEWS)), required=True, key="compose-view",
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    VIEWS[str(shown)](here.piece, score)


def roll_view(piece: SavedPiece, score: Score) -> None:
    if len(score) > MOST_DRAWN:
        st.info(
            f"{format_count(len(score), 'note')} are too many for this view; the player shows them."
        )
        return
    figure = piano_roll(score, primer_notes=primer_notes(piece), marks=marks_of(piece))
    st.plotly_chart(figure, key="compose-roll", config={"displaylogo": False, "scrollZoom": True})


def score_view(piece: SavedPiece, score: Score) -> None:
    if len(score) > MOST_PRINTED:
        st.info(
            f"{format_count(len(score), 'note')} are too many to print here; take the MusicXML."
        )
        return
    with st.spinner("Engraving …"):
        try:
            pages = engraving_of(score)
        except Unprintable as problem:
            st.info(escape(str(problem)))
            return
    with st.container(key="printed-score"):
        for number, page in enumerate(pages, 1):
            alt = f"The piece in print, page {number} of {len(pages)}"
            st.image(on_paper(page), width="stretch", alt=alt)


VIEWS = {
    "How good": quality_view,
    "Originality": original_view,
    "Change": change_view,
    "Roll": roll_view,
    "Score": score_view,
}
