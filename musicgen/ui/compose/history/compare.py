"""Comparison of saved pieces: their sound and their metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from musicgen.composing.records.saved_pieces import SavedPiece, UnknownPiece
from musicgen.files import message_of
from musicgen.statistics.metrics import METRICS
from musicgen.ui.compose.measured import up_to_date
from musicgen.ui.compose.piece_cache import AUTO_SOUND_SECONDS, score_of, wav_task
from musicgen.ui.compose.piece_facts import metrics_of
from musicgen.ui.shared.text import escape

MAX_UNSCROLLED_ROWS = 20


def compare(pieces: Sequence[SavedPiece]) -> None:
    """Show two players in a row, then a table of metrics with a column per piece."""
    pieces = [_up_to_date(piece) for piece in pieces]
    titles = [f"{number}. {piece.name}" for number, piece in enumerate(pieces, 1)]
    for row in range(0, len(pieces), 2):
        for column, piece, title in zip(st.columns(2), pieces[row:], titles[row:], strict=False):
            with column:
                st.markdown(f"**{escape(title)}**")
                _audio(piece)
    _metrics_table(pieces, titles)


def _up_to_date(piece: SavedPiece) -> SavedPiece:
    try:
        return up_to_date(piece)
    except UnknownPiece:  # its player says so
        return piece


def _metrics_table(pieces: Sequence[SavedPiece], titles: Sequence[str]) -> None:
    metrics = {title: metrics_of(piece) for title, piece in zip(titles, pieces, strict=True)}
    names = [name for name in METRICS if any(name in values for values in metrics.values())]
    table = pd.DataFrame(
        {title: [values.get(name) for name in names] for title, values in metrics.items()},
        index=[METRICS[name].title for name in names],
    )
    # Columns are headed by number; the full title is the header's tooltip.
    columns: dict[str, Any] = {
        title: {**st.column_config.NumberColumn(str(number), help=title), "width": 80}
        for number, title in enumerate(titles, 1)
    }
    st.dataframe(
        table.round(3),
        height="content" if len(names) < MAX_UNSCROLLED_ROWS else 600,
        column_config={"_index": st.column_config.Column(width=130), **columns},
    )


def _audio(piece: SavedPiece) -> None:
    try:
        score = score_of(piece)
    except UnknownPiece as error:
        st.error(escape(message_of(error)))
        return
    if score.seconds > AUTO_SOUND_SECONDS:
        st.caption("Too long to be played here: open it.")
    else:
        st.audio(wav_task(score).result(), format="audio/wav")
