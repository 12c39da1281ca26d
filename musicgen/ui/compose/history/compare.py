"""Pieces of the history side by side."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from musicgen.composing.records.saved_pieces import SavedPiece, UnknownPiece
from musicgen.statistics.metrics import METRICS
from musicgen.ui.compose.piece_cache import AT_ONCE, score_of, sound_of
from musicgen.ui.compose.piece_facts import figures_of
from musicgen.ui.shared.text import escape


def compare(pieces: Sequence[SavedPiece]) -> None:
    """The sound of some pieces, and their figures, a column each."""
    titles = [f"{n}. {piece.name}" for n, piece in enumerate(pieces, 1)]
    for row in range(0, len(pieces), 2):
        for place, piece, title in zip(st.columns(2), pieces[row:], titles[row:], strict=False):
            with place:
                st.markdown(f"**{escape(title)}**")
                _hear(piece)
    found = [figures_of(piece) for piece in pieces]
    rows = [name for name in METRICS if any(name in figures for figures in found)]
    columns = {t: [of.get(name) for name in rows] for t, of in zip(titles, found, strict=True)}
    narrow = {t: st.column_config.NumberColumn(str(n), help=t) for n, t in enumerate(titles, 1)}
    st.dataframe(
        pd.DataFrame(columns, index=rows).round(3),
        height="content" if len(rows) < 20 else 600,
        column_config={"_index": st.column_config.Column(width=130)}
        | {title: {**column, "width": 80} for title, column in narrow.items()},
    )


def _hear(piece: SavedPiece) -> None:
    try:
        score = score_of(piece)
    except UnknownPiece as problem:
        st.error(escape(str(problem)))
        return
    if score.seconds > AT_ONCE:
        st.caption("Too long to be played here: open it.")
    else:
        st.audio(sound_of(score).result(), format="audio/wav")
