"""Comparison of saved pieces: their sound, notes and metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from musicgen.composing.records.saved_pieces import SavedPiece, UnknownPiece
from musicgen.files import message_of
from musicgen.score import Score
from musicgen.statistics.metrics import METRICS
from musicgen.ui.compose.history.differences import differences_view
from musicgen.ui.compose.measured import up_to_date
from musicgen.ui.compose.piece_cache import AUTO_SOUND_SECONDS, score_of, wav_task
from musicgen.ui.compose.piece_facts import metrics_of
from musicgen.ui.shared.text import escape, format_metric

MAX_UNSCROLLED_ROWS = 20


def compare(pieces: Sequence[SavedPiece], key: str = "compared") -> None:
    """Show pieces beside each other, two with marks where they differ, and a table of metrics.

    The older of two is the first: what the second has is then what was added.
    """
    pieces = sorted((_up_to_date(piece) for piece in pieces), key=lambda piece: piece.created)
    titles = [f"{number}. {piece.name}" for number, piece in enumerate(pieces, 1)]
    scores = [_score_or_none(piece) for piece in pieces]
    if len(pieces) == 2 and scores[0] is not None and scores[1] is not None:
        differences_view(scores[0], scores[1], (titles[0], titles[1]), key)
    else:
        _players(scores, titles)
    _metrics_table(pieces, titles)


def _players(scores: Sequence[Score | None], titles: Sequence[str]) -> None:
    """Players of the sound, two in a row."""
    for row in range(0, len(scores), 2):
        for column, score, title in zip(st.columns(2), scores[row:], titles[row:], strict=False):
            with column:
                st.markdown(f"**{escape(title)}**")
                if score is not None:
                    _audio(score)


def _up_to_date(piece: SavedPiece) -> SavedPiece:
    try:
        return up_to_date(piece)
    except UnknownPiece:  # its player says so
        return piece


def _metrics_table(pieces: Sequence[SavedPiece], titles: Sequence[str]) -> None:
    metrics = {title: metrics_of(piece) for title, piece in zip(titles, pieces, strict=True)}
    names = [name for name in METRICS if any(name in values for values in metrics.values())]
    table = pd.DataFrame(
        {title: [_text(name, values) for name in names] for title, values in metrics.items()},
        index=[METRICS[name].title for name in names],
    )
    # Columns are headed by number; the full title is the header's tooltip.
    columns: dict[str, Any] = {
        title: {**st.column_config.TextColumn(str(number), help=title), "width": 130}
        for number, title in enumerate(titles, 1)
    }
    st.dataframe(
        table,
        height="content" if len(names) < MAX_UNSCROLLED_ROWS else 600,
        column_config={"_index": st.column_config.Column(width=170), **columns},
    )


def _text(name: str, values: Mapping[str, float]) -> str:
    """A metric with its unit; empty where the piece has none."""
    return format_metric(METRICS[name].unit, values[name]) if name in values else ""


def _score_or_none(piece: SavedPiece) -> Score | None:
    """The notes of a piece; None with a message where they cannot be read."""
    try:
        return score_of(piece)
    except UnknownPiece as error:
        st.error(escape(message_of(error)))
        return None


def _audio(score: Score) -> None:
    if score.seconds > AUTO_SOUND_SECONDS:
        st.caption("Too long to be played here: open it.")
    else:
        st.audio(wav_task(score).result(), format="audio/wav")
