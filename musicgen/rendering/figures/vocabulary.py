"""Plotly curves of a vocabulary: rank and frequency, coverage, growth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from musicgen.encoding.vocabulary import Vocabulary
from musicgen.rendering.figures.statistics import count_label, format_percent, make_figure

_MAX_POINTS = 2000  # of a curve: more look the same
_MAX_MARKERS = 50  # of a curve: more hide the line


def rank_figure(vocabulary: Vocabulary) -> go.Figure:
    """Draw token frequency over rank, both on a log scale, where Zipf's law is a line."""
    indices = _sample_indices(len(vocabulary))
    hover_texts = [
        f"rank {index + 1:,}: "
        + count_label(
            vocabulary.tokens[index],
            int(vocabulary.counts[index]),
            "times",
            float(vocabulary.shares[index]),
            int(vocabulary.pieces[index]),
        )
        for index in indices
    ]
    curve = _curve(indices + 1, vocabulary.counts[indices], hover_texts)
    powers_of_ten = {"type": "log", "dtick": 1}
    return make_figure(curve, "rank", "times", x_axis=powers_of_ten, y_axis=powers_of_ten)


def coverage_figure(vocabulary: Vocabulary) -> go.Figure:
    """Draw the share of the music that the most frequent tokens make up."""
    indices = _sample_indices(len(vocabulary))
    shares = vocabulary.coverage[indices]
    hover_texts = [
        f"the {index + 1:,} most frequent are {format_percent(share)} of the music"
        for index, share in zip(indices, shares, strict=True)
    ]
    curve = _curve(indices + 1, shares, hover_texts)
    y_axis = {"tickformat": ".0%", "rangemode": "tozero"}
    return make_figure(curve, "size of the vocabulary", "share of the music", y_axis=y_axis)


def growth_figure(vocabulary: Vocabulary) -> go.Figure:
    """Draw the size of the vocabulary over the number of pieces."""
    indices = _sample_indices(len(vocabulary.growth))
    sizes = vocabulary.growth[indices]
    hover_texts = [
        f"{size:,} tokens in the first {index + 1:,} piece{'s' if index else ''}"
        for index, size in zip(indices, sizes, strict=True)
    ]
    curve = _curve(indices + 1, sizes, hover_texts)
    return make_figure(curve, "pieces", "size of the vocabulary", y_axis={"rangemode": "tozero"})


def _sample_indices(count: int) -> np.ndarray:
    """Indices of the points to draw: all of them, or _MAX_POINTS in geometric progression."""
    if count <= _MAX_POINTS:
        return np.arange(count)
    return np.unique(np.geomspace(1, count, _MAX_POINTS).astype(np.int64)) - 1


def _curve(x: np.ndarray, y: np.ndarray, hover_texts: Sequence[str]) -> go.Scatter | None:
    if not len(x):
        return None
    return go.Scatter(
        x=x,
        y=y,
        mode="lines+markers" if len(x) < _MAX_MARKERS else "lines",
        customdata=list(hover_texts),
        hovertemplate="%{customdata}<extra></extra>",
    )
