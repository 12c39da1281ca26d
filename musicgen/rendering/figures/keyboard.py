"""How often each key is struck, drawn on a keyboard."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from musicgen.rendering.figures.statistics import count_label
from musicgen.statistics.histogram import Histogram
from musicgen.theory.spelling import pitch_name

HEIGHT = 150  # pixels
LOWEST, HIGHEST = 21, 108  # a piano's keys; more are drawn where they are struck

_BLACK = (1, 3, 6, 8, 10)  # pitch classes
_WHITE_BEFORE = np.array([0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 6])  # white keys below, in the octave
_EDGE = "rgba(128,128,128,0.8)"
# Unlike a white and unlike a black key at both ends, on a light page and on a dark one.
_SCALE = [[0, "#f7cf9b"], [0.5, "#e58a35"], [1, "#b0301c"]]
_UNTOUCHED = {False: "rgba(250,250,250,0.9)", True: "rgba(40,40,40,0.95)"}


def keyboard_figure(found: Histogram) -> go.Figure:
    """A piano whose keys are the redder the more often they are struck; found is of pitches."""
    struck = found.values.tolist()
    keys = np.arange(min([LOWEST, *struck]), max([HIGHEST, *struck]) + 1)
    counts = np.zeros(len(keys), np.int64)
    counts[np.searchsorted(keys, found.values)] = found.counts
    said = _words(keys, found)
    traces = []
    for black in (False, True):  # the black ones lie above
        its_colour = np.isin(keys % 12, _BLACK) == black
        for touched in (False, True):
            traces.append(_keys(keys, counts, said, its_colour & ((counts > 0) == touched)))
    octaves = keys[keys % 12 == 0]
    layout = {
        "barmode": "overlay",
        "height": HEIGHT,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 32},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "xaxis": {
            "tickvals": _places(octaves),
            "ticktext": [pitch_name(key) for key in octaves.tolist()],
            "automargin": False,
            "showgrid": False,
            "zeroline": False,
        },
        "yaxis": {"visible": False, "range": [0, 1], "fixedrange": True},
    }
    return go.Figure(traces, layout)


def _keys(
    keys: np.ndarray, counts: np.ndarray, said: list[tuple[str, str]], which: np.ndarray
) -> go.Bar:
    """Some keys, all white or all black, all touched or all untouched."""
    black = bool(np.isin(keys[which] % 12, _BLACK).any())
    touched = bool((counts[which] > 0).any())
    return go.Bar(
        x=_places(keys[which]),
        y=np.full(which.sum(), 0.62 if black else 1.0),
        base=0.38 if black else 0.0,
        width=0.6 if black else 1.0,
        marker={
            "color": _colours(counts[which] / counts.max()) if touched else _UNTOUCHED[black],
            "line": {"color": _EDGE, "width": 1},
        },
        customdata=[words for words, is_here in zip(said, which, strict=True) if is_here],
        hovertemplate="%{customdata[1]}<extra></extra>",
    )


def _colours(shares: np.ndarray) -> list[str]:
    """The colour of each share of the most struck key's count, 0 to 1.

    Not by a colour axis: Plotly 3 then warns of every key, three times and with its stack.
    """
    return sample_colorscale(_SCALE, shares.tolist())


def _places(keys: np.ndarray) -> np.ndarray:
    """Across the keyboard in widths of a white key; black keys lie on the edges."""
    black = np.isin(keys % 12, _BLACK)
    return keys // 12 * 7 + _WHITE_BEFORE[keys % 12] - np.where(black, 0.5, 0.0)


def _words(keys: np.ndarray, found: Histogram) -> list[tuple[str, str]]:
    """The name of each key and what is said of it."""
    struck = {
        label: count_label(label, count, "times", share, pieces)
        for label, count, share, pieces in zip(
            found.labels,
            found.counts.tolist(),
            found.shares.tolist(),
            found.pieces.tolist(),
            strict=True,
        )
    }
    names = [pitch_name(key) for key in keys.tolist()]
    return [(name, struck.get(name, f"{name}, never")) for name in names]
