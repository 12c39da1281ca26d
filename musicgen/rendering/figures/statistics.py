"""The statistics of a collection as Plotly bar charts.

Colours are left to the page's theme and backgrounds are clear. Each bar carries its label as
`customdata[0]`, so that a click on it can be looked up with `Histogram.pieces_with`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from musicgen.statistics.histogram import Histogram
from musicgen.statistics.pitch_histograms import describe_code

HEIGHT = 320  # pixels
MAX_BARS = 32
WIDEST = 24  # semitones of an interval that has a bar
_FILLED = 0.85  # of the way from a bar to the next
_CLEAR = "rgba(0,0,0,0)"
_LETTER = 7  # pixels of a letter below a bar
_LETTERS = 8  # of a label, at most, for which room is kept to stand upright
_NUMBER = 2  # letters' room for numbers, which lie
_NOTHING = {
    "text": "Nothing to count yet",
    "showarrow": False,
    "x": 0.5,
    "y": 0.5,
    "xref": "paper",
    "yref": "paper",
}


def note_frequency_figure(found: Histogram, most: int = 30, log: bool = False) -> go.Figure:
    """The most frequent notes and chords, the most frequent first."""
    found = found.most_frequent(most)
    words = [describe_code(code) for code in found.values.tolist()]
    return _bars(found, "note or chord", "times", log=log, words=words)


def pitch_class_figure(found: Histogram) -> go.Figure:
    """The twelve pitch classes from C to B."""
    return _bars(found, "pitch class", "times")


def interval_figure(found: Histogram) -> go.Figure:
    """Melodic intervals in semitones, falling on the left, rising on the right; no wider leaps.

    Every interval in between has its place, so that one without a bar does not occur.
    """
    drawn = found.select(np.abs(found.values) <= WIDEST)
    return _bars(drawn, "semitones", "times", on_scale=True, width=_FILLED)


def duration_figure(found: Histogram, log: bool = False) -> go.Figure:
    """The most frequent durations, the shortest first."""
    return _bars(found.top_by_value(MAX_BARS), "duration", "times", log=log)


def onset_figure(found: Histogram) -> go.Figure:
    """Where in the bar notes begin: the most frequent places, from the bar line on."""
    found = found.top_by_value(MAX_BARS)
    short = [label.removeprefix("quarter ") for label in found.labels]
    return _bars(found, "place in the bar, in quarters", "notes", ticks=short)


def tempo_figure(found: Histogram) -> go.Figure:
    """Pieces by tempo."""
    return _bars(found, "quarters a minute", "pieces", on_scale=True)


def metre_figure(found: Histogram) -> go.Figure:
    """Pieces by metre, the most frequent first."""
    return _bars(found.most_frequent(), "metre", "pieces")


def velocity_figure(found: Histogram) -> go.Figure:
    """Notes by velocity, from soft to loud."""
    return _bars(found, "velocity", "notes", on_scale=True)


def polyphony_figure(found: Histogram) -> go.Figure:
    """How many notes sound at once, as shares of the time."""
    said = [
        f"{label}, {format_percent(share)} of the time"
        for label, share in zip(found.labels, found.shares, strict=True)
    ]
    bars = _trace(list(found.labels), found.shares, found.labels, said) if len(found) else None
    up = {"tickformat": ".0%"}
    return make_figure(bars, "notes at once", "share of the time", labels=found.labels, up=up)


def chord_size_figure(found: Histogram, log: bool = False) -> go.Figure:
    """How many notes chords have; single notes too."""
    return _bars(found, "notes in a chord", "times", log=log)


def describe_omitted(found: Histogram, most: int) -> str:
    """What is said of the values that have no bar, where only so many of the frequent have one."""
    others = len(found) - most
    if others <= 0:
        return ""
    times = int(found.counts.sum() - found.most_frequent(most).counts.sum())
    which = "The other value" if others == 1 else f"The other {others:,} values"
    return f"{which}, without a bar: {format_percent(times / max(found.total, 1))}."


def describe_wide_intervals(found: Histogram) -> str:
    """What is said of the intervals that have no bar."""
    times = int(found.counts[np.abs(found.values) > WIDEST].sum())
    return f"Wider leaps, without a bar: {format_percent(times / found.total)}." if times else ""


def format_percent(share: float) -> str:
    """0.0213 is "2.1 %"."""
    return f"{100 * share:.1f} %" if share >= 0.0005 or share == 0 else "under 0.1 %"


def count_label(label: str, count: int, unit: str, share: float, pieces: int) -> str:
    """What a bar says when it is pointed at: `C#4, 1,204 times, 2.1 %, in 57 pieces`."""
    counted = f"{count:,} {unit if count != 1 else unit.removesuffix('s')}"
    words = f"{label}, {counted}, {format_percent(share)}"
    if unit == "pieces":
        return words
    return f"{words}, in {pieces:,} piece{'s' if pieces != 1 else ''}"


def make_figure(
    trace: go.Bar | go.Scatter | None,
    across_title: str,
    up_title: str,
    *,
    labels: Sequence[str] = (),
    across: Mapping[str, Any] | None = None,
    up: Mapping[str, Any] | None = None,
) -> go.Figure:
    """A trace, or words where there is none, with titled axes and room for labels or numbers.

    across, up: more of the axes. All is handed to Plotly at once: it takes four times as long to
    change a figure that it has made. The room is fixed where it can be: Plotly draws a chart twice
    over to find out how much its labels need.
    """
    longest = max(map(len, labels), default=_NUMBER)
    fits = longest <= _LETTERS
    layout = {
        "height": HEIGHT,
        "margin": {"l": 72, "r": 8, "t": 8, "b": 44 + _LETTER * longest if fits else 8},
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "showlegend": False,
        "bargap": 1 - _FILLED,
        "xaxis": {**_axis(across_title), "automargin": not fits, **(across or {})},
        "yaxis": {**_axis(up_title), "automargin": False, **(up or {})},
        "annotations": [_NOTHING] if trace is None else [],
    }
    return go.Figure([] if trace is None else [trace], layout)


def _axis(title: str) -> dict[str, Any]:
    return {"title": {"text": title, "standoff": 12}}


def _bars(
    found: Histogram,
    what: str,
    unit: str,
    *,
    log: bool = False,
    on_scale: bool = False,
    width: float | None = None,
    words: Sequence[str] = (),
    ticks: Sequence[str] = (),
) -> go.Figure:
    """One bar a value; on_scale puts them where the values are, else side by side.

    width: of all bars on a scale; by default each is wide enough to be seen. words: what the values
    are called where a bar is pointed at, ticks: below it; by default their labels.
    """
    if not len(found):
        return make_figure(None, what, unit)
    numbers = (found.counts.tolist(), found.shares.tolist(), found.pieces.tolist())
    said = [
        count_label(label, count, unit, share, pieces)
        for label, count, share, pieces in zip(words or found.labels, *numbers, strict=True)
    ]
    on_scale = on_scale and len(found) > 1  # a single bar would have a scale of fractions
    places = found.values.tolist() if on_scale else list(found.labels)
    bars = _trace(places, found.counts, found.labels, said)
    across: dict[str, Any] = {"type": "linear" if on_scale else "category"}
    if on_scale:
        bars.width = _widths(found.values) if width is None else width
    if ticks:
        across |= {"tickvals": places, "ticktext": list(ticks)}
    labels = () if on_scale else ticks or found.labels
    up = {"type": "log", "dtick": 1} if log else {"type": "linear"}
    return make_figure(bars, what, unit, labels=labels, across=across, up=up)


def _widths(values: np.ndarray) -> np.ndarray:
    """How wide bars at rising values (B,) are, so that each can be seen: (B,).

    Plotly would make all as narrow as the two that are nearest to each other need.
    """
    gaps = np.diff(values)
    nearest = np.minimum(np.append(gaps, gaps[-1]), np.append(gaps[0], gaps))
    span = values[-1] - values[0]
    return np.clip(_FILLED * nearest, span / 120, max(span / 12, _FILLED * gaps.min()))


def _trace(
    places: list[int] | list[str], heights: np.ndarray, labels: tuple[str, ...], said: list[str]
) -> go.Bar:
    return go.Bar(
        x=places,
        y=heights,
        customdata=list(zip(labels, said, strict=True)),
        hovertemplate="%{customdata[1]}<extra></extra>",
    )
