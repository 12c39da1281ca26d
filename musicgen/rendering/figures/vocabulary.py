"""A vocabulary as Plotly curves: rank and frequency, coverage, growth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from musicgen.encoding.vocabulary import Vocabulary
from musicgen.rendering.figures.statistics import count_label, format_percent, make_figure

_MOST_POINTS = 2000  # of a curve: more cannot be told apart


def rank_figure(vocabulary: Vocabulary) -> go.Figure:
    """How often the tokens occur, by rank, both on a log scale (Zipf's law is a line)."""
    places = _spread(len(vocabulary))
    said = [
        f"rank {place + 1:,}: "
        + count_label(
            vocabulary.tokens[place],
            int(vocabulary.counts[place]),
            "times",
            float(vocabulary.shares[place]),
            int(vocabulary.pieces[place]),
        )
        for place in places
    ]
    curve = _curve(places + 1, vocabulary.counts[places], said)
    powers_of_ten = {"type": "log", "dtick": 1}
    return make_figure(curve, "rank", "times", across=powers_of_ten, up=powers_of_ten)


def coverage_figure(vocabulary: Vocabulary) -> go.Figure:
    """What share of the music the most frequent tokens make up."""
    places = _spread(len(vocabulary))
    shares = vocabulary.coverage[places]
    said = [
        f"the {place + 1:,} most frequent are {format_percent(share)} of the music"
        for place, share in zip(places, shares, strict=True)
    ]
    curve, up = _curve(places + 1, shares, said), {"tickformat": ".0%", "rangemode": "tozero"}
    return make_figure(curve, "size of the vocabulary", "share of the music", up=up)


def growth_figure(vocabulary: Vocabulary) -> go.Figure:
    """How the vocabulary grows as pieces are added in their order."""
    places = _spread(len(vocabulary.growth))
    sizes = vocabulary.growth[places]
    said = [
        f"{size:,} tokens in the first {place + 1:,} piece{'s' if place else ''}"
        for place, size in zip(places, sizes, strict=True)
    ]
    curve, up = _curve(places + 1, sizes, said), {"rangemode": "tozero"}
    return make_figure(curve, "pieces", "size of the vocabulary", up=up)


def _spread(count: int) -> np.ndarray:
    """Places of a curve's points: all of them, or so many that they cannot be told apart."""
    if count <= _MOST_POINTS:
        return np.arange(count)
    return np.unique(np.geomspace(1, count, _MOST_POINTS).astype(np.int64)) - 1


def _curve(across: np.ndarray, up: np.ndarray, said: Sequence[str]) -> go.Scatter | None:
    if not len(across):
        return None
    return go.Scatter(
        x=across,
        y=up,
        mode="lines+markers" if len(across) < 50 else "lines",
        customdata=list(said),
        hovertemplate="%{customdata}<extra></extra>",
    )
