"""Plotly figure of a piano keyboard, coloured by how often each key is played."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from musicgen.rendering.figures.statistics import count_label
from musicgen.rendering.note_names import pitch_name
from musicgen.statistics.histogram import Histogram
from musicgen.theory import spelling

HEIGHT = 150  # pixels
LOWEST, HIGHEST = 21, 108  # MIDI, keys of a piano; others are drawn where they are played

_BLACK = (1, 3, 6, 8, 10)  # pitch classes
# White keys of the octave below each pitch class.
_WHITE_BELOW = np.array([0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 6])
_EDGE = "rgba(128,128,128,0.8)"
# Both ends differ from a white key and from a black key, on a light page and on a dark one.
_COLOUR_SCALE = [[0, "#f7cf9b"], [0.5, "#e58a35"], [1, "#b0301c"]]
_WHITE_COLOUR, _BLACK_COLOUR = "rgba(250,250,250,0.9)", "rgba(40,40,40,0.95)"


def keyboard_figure(pitches: Histogram) -> go.Figure:
    """Draw a piano whose keys are the redder, the more often they are played."""
    played = pitches.values.tolist()
    keys = np.arange(min([LOWEST, *played]), max([HIGHEST, *played]) + 1)
    counts = np.zeros(len(keys), np.int64)
    counts[np.searchsorted(keys, pitches.values)] = pitches.counts
    custom_data = _custom_data(keys, pitches)
    traces = []
    for black in (False, True):  # black keys are drawn over white ones
        of_colour = np.isin(keys % 12, _BLACK) == black
        for is_played in (False, True):
            mask = of_colour & ((counts > 0) == is_played)
            traces.append(_trace(keys, counts, custom_data, mask))
    octaves = keys[keys % 12 == 0]
    layout = {
        "barmode": "overlay",
        "height": HEIGHT,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 32},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "xaxis": {
            "tickvals": _x_positions(octaves),
            "ticktext": [pitch_name(key) for key in octaves.tolist()],
            "automargin": False,
            "showgrid": False,
            "zeroline": False,
        },
        "yaxis": {"visible": False, "range": [0, 1], "fixedrange": True},
    }
    return go.Figure(traces, layout)


def _trace(
    keys: np.ndarray, counts: np.ndarray, custom_data: list[tuple[str, str]], mask: np.ndarray
) -> go.Bar:
    """Bars of the keys under a mask: all white or all black, all played or none of them."""
    black = bool(np.isin(keys[mask] % 12, _BLACK).any())
    if (counts[mask] > 0).any():
        # A colour axis would be simpler, but Plotly 3 warns of every key with a stack trace.
        colour = sample_colorscale(_COLOUR_SCALE, (counts[mask] / counts.max()).tolist())
    else:
        colour = _BLACK_COLOUR if black else _WHITE_COLOUR
    return go.Bar(
        x=_x_positions(keys[mask]),
        y=np.full(mask.sum(), 0.62 if black else 1.0),
        base=0.38 if black else 0.0,
        width=0.6 if black else 1.0,
        marker={"color": colour, "line": {"color": _EDGE, "width": 1}},
        customdata=[row for row, included in zip(custom_data, mask, strict=True) if included],
        hovertemplate="%{customdata[1]}<extra></extra>",
    )


def _x_positions(keys: np.ndarray) -> np.ndarray:
    """Centres of keys in widths of a white key; black keys are centred on the edges."""
    black = np.isin(keys % 12, _BLACK)
    return keys // 12 * 7 + _WHITE_BELOW[keys % 12] - np.where(black, 0.5, 0.0)


def _custom_data(keys: np.ndarray, pitches: Histogram) -> list[tuple[str, str]]:
    """Histogram label and hover text of every key."""
    columns = (pitches.counts.tolist(), pitches.shares.tolist(), pitches.pieces.tolist())
    rows = dict(zip(pitches.values.tolist(), zip(*columns, strict=True), strict=True))
    custom_data = []
    for key in keys.tolist():
        name = pitch_name(key, 0)
        text = f"{name}, never"
        if key in rows:
            count, share, pieces = rows[key]
            text = count_label(name, count, "times", share, pieces)
        custom_data.append((spelling.pitch_name(key), text))
    return custom_data
