"""Plotly charts of parts: instruments and drum sounds, and the tempo of a piece over time."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from musicgen.rendering.figures.statistics import count_axis, count_label, make_figure
from musicgen.score import Score
from musicgen.statistics.histogram import Histogram

MAX_ROWS = 24  # of a chart with horizontal bars
MAX_TEMPI = 2000  # of a line; of more, as many are drawn
TEMPO_HEIGHT = 220  # pixels
_ROW_PIXELS, _MARGIN_PIXELS = 24, 64


def instrument_figure(instruments: Histogram) -> go.Figure:
    """Draw the instruments with the most notes, the most frequent at the top."""
    return _horizontal_bars(instruments.most_frequent(MAX_ROWS), "notes")


def drum_figure(sounds: Histogram) -> go.Figure:
    """Draw the most frequent drum sounds, the most frequent at the top."""
    return _horizontal_bars(sounds.most_frequent(MAX_ROWS), "notes")


def sounding_tempi(score: Score) -> tuple[np.ndarray, np.ndarray]:
    """Ticks and tempi of a piece from its beginning; changes after its last note are left out."""
    changes = [change for change in score.tempo_changes if change.start < score.end]
    ticks = np.array([0, *(change.start for change in changes)])
    return ticks, np.array([score.tempo, *(change.tempo for change in changes)])


def tempo_over_time_figure(score: Score) -> go.Figure:
    """Draw the tempo of a piece over its seconds, as steps."""
    ticks, tempi = sounding_tempi(score)
    if len(ticks) > MAX_TEMPI:
        drawn = np.linspace(0, len(ticks) - 1, MAX_TEMPI).astype(np.int64)
        ticks, tempi = ticks[drawn], tempi[drawn]
    seconds = score.seconds_at(np.append(ticks, score.end))
    line = go.Scatter(
        x=np.round(seconds, 3),
        y=np.round(np.append(tempi, tempi[-1]), 2),
        mode="lines",
        line={"shape": "hv", "width": 2},
        hovertemplate="second %{x:.1f}: %{y:.1f} quarters a minute<extra></extra>",
    )
    span = float(np.ptp(tempi))
    margin = max(5.0, 0.1 * span)  # a steady tempo is a line in the middle
    limits = [max(0.0, float(tempi.min()) - margin), float(tempi.max()) + margin]
    figure = make_figure(line, "seconds", "quarters a minute", y_axis={"range": limits})
    return figure.update_layout(height=TEMPO_HEIGHT)


def _horizontal_bars(histogram: Histogram, unit: str) -> go.Figure:
    """Bars from left to right, with long names on their left."""
    if not len(histogram):
        return make_figure(None, unit, "")
    columns = (histogram.counts.tolist(), histogram.shares.tolist(), histogram.pieces.tolist())
    hover_texts = [
        count_label(label, count, unit, share, pieces)
        for label, count, share, pieces in zip(histogram.labels, *columns, strict=True)
    ]
    bars = go.Bar(
        x=histogram.counts,
        y=list(histogram.labels),
        orientation="h",
        customdata=list(zip(histogram.labels, hover_texts, strict=True)),
        hovertemplate="%{customdata[1]}<extra></extra>",
    )
    names: dict[str, Any] = {"autorange": "reversed", "automargin": True, "title": None}
    x_axis = count_axis(histogram.counts)
    figure = make_figure(bars, unit, "", x_axis=x_axis, y_axis=names)
    height = _MARGIN_PIXELS + _ROW_PIXELS * max(3, len(histogram))
    return figure.update_layout(height=height, margin={"l": 8})
