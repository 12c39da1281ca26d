"""Plotly bar charts of a collection's statistics.

Colours are left to the page's theme, and backgrounds are clear. Every bar has its label as
`customdata[0]`, so that a click can be looked up with `Histogram.pieces_with`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from musicgen.rendering.note_names import pitch_name, with_signs
from musicgen.statistics.histogram import Histogram
from musicgen.statistics.pitch_histograms import chord_notes, describe_code, is_chord
from musicgen.theory.spelling import EN_DASH

HEIGHT = 336  # pixels
MAX_BARS = 32
MAX_INTERVAL = 24  # semitones; wider ones have no bar
_BAR_SHARE = 0.85  # of the distance from a bar to the next
_FEW = 5  # an axis up to this has a tick for each number
_CLEAR = "rgba(0,0,0,0)"
_MARKUP = re.compile("<[^>]*>")  # of small print below a bar
_LETTER_PIXELS = 7  # of a label below a bar
_MAX_UPRIGHT_LETTERS = 10  # longer labels get an automatic margin
_MAX_TICK_NOTES = 3  # of a chord that is named below its bar
_NUMBER_LETTERS = 2  # room for numbers, which are horizontal
_NO_DATA = {
    "text": "Nothing to count yet",
    "showarrow": False,
    "x": 0.5,
    "y": 0.5,
    "xref": "paper",
    "yref": "paper",
}


def note_frequency_figure(frequency: Histogram, most: int = 30, log: bool = False) -> go.Figure:
    """Draw the most frequent notes and chords, the most frequent first."""
    frequency = frequency.most_frequent(most)
    codes = frequency.values.tolist()
    notes = [None if is_chord(code) else pitch_name(code, 0) for code in codes]
    names = zip(codes, frequency.labels, notes, strict=True)
    return _bar_chart(
        frequency,
        "note or chord",
        "times",
        log=log,
        names=[note or describe_code(code) for note, code in zip(notes, codes, strict=True)],
        ticks=[note or _chord_tick(code, label) for code, label, note in names],
    )


def _chord_tick(code: int, label: str) -> str:
    """Notes of a chord with its code in small print, which is all there is room for of many."""
    notes = chord_notes(code)
    if notes.count(EN_DASH) >= _MAX_TICK_NOTES:
        return label
    return f"{notes} <span style='font-size:9px'>{label}</span>"


def pitch_class_figure(pitch_classes: Histogram) -> go.Figure:
    """Draw the twelve pitch classes from C to B."""
    names = [with_signs(label) for label in pitch_classes.labels]
    return _bar_chart(pitch_classes, "pitch class", "times", names=names, ticks=names)


def interval_figure(intervals: Histogram) -> go.Figure:
    """Draw melodic intervals in semitones, descending on the left, up to MAX_INTERVAL.

    Intervals that do not occur keep their room on the axis.
    """
    drawn = intervals.select(np.abs(intervals.values) <= MAX_INTERVAL)
    return _bar_chart(drawn, "semitones", "times", numeric=True, width=_BAR_SHARE)


def duration_figure(durations: Histogram, log: bool = False) -> go.Figure:
    """Draw the most frequent durations, the shortest first."""
    return _bar_chart(durations.top_by_value(MAX_BARS), "duration", "times", log=log)


def onset_figure(onsets: Histogram) -> go.Figure:
    """Draw the most frequent onset positions in the bar, the bar line first."""
    onsets = onsets.top_by_value(MAX_BARS)
    ticks = [label.removeprefix("quarter ") for label in onsets.labels]
    return _bar_chart(onsets, "position in the bar, in quarters", "notes", ticks=ticks)


def tempo_figure(tempi: Histogram) -> go.Figure:
    """Draw the number of pieces by tempo."""
    return _bar_chart(tempi, "quarters a minute", "pieces", numeric=True)


def metre_figure(metres: Histogram) -> go.Figure:
    """Draw the number of pieces by metre, the most frequent first."""
    return _bar_chart(metres.most_frequent(), "metre", "pieces")


def seconds_figure(times: Histogram) -> go.Figure:
    """Draw times of performances in bins of a twentieth of a second."""
    return _bar_chart(times, "seconds", "times", numeric=True)


def pedal_figure(pedal: Histogram) -> go.Figure:
    """Draw the number of pieces by the share of their time in which the pedal is down."""
    return _bar_chart(pedal, "time with the pedal down", "pieces")


def velocity_figure(velocities: Histogram) -> go.Figure:
    """Draw the number of notes by velocity, from soft to loud."""
    return _bar_chart(velocities, "velocity", "notes", numeric=True)


def polyphony_figure(polyphony: Histogram) -> go.Figure:
    """Draw the share of the time in which so many notes sound at once."""
    hover_texts = [
        f"{label}, {format_percent(share)} of the time"
        for label, share in zip(polyphony.labels, polyphony.shares, strict=True)
    ]
    labels = polyphony.labels
    bars = _bars(list(labels), polyphony.shares, labels, hover_texts) if labels else None
    return make_figure(
        bars,
        "notes at once",
        "share of the time",
        x_axis={"type": "category", "tickvals": list(labels), "ticktext": _counts(polyphony)},
        y_axis={"tickformat": ".0%"},
    )


def chord_size_figure(sizes: Histogram, log: bool = False) -> go.Figure:
    """Draw how often chords have so many notes, single notes included."""
    return _bar_chart(sizes, "notes in a chord", "times", log=log, ticks=_counts(sizes))


def _counts(histogram: Histogram) -> list[str]:
    """The values, which are short enough to stand upright below bars in a narrow window, too."""
    return list(map(str, histogram.values.tolist()))


def describe_omitted(histogram: Histogram, most: int) -> str:
    """Sentence on the values that a chart of the `most` frequent leaves out; empty if none."""
    omitted = len(histogram) - most
    if omitted <= 0:
        return ""
    times = int(histogram.counts.sum() - histogram.most_frequent(most).counts.sum())
    subject = "one other value" if omitted == 1 else f"{omitted:,} other values"
    return f"Not in the chart: {subject}, {format_percent(times / max(histogram.total, 1))} in all."


def describe_wide_intervals(intervals: Histogram) -> str:
    """Sentence on the intervals over MAX_INTERVAL, which have no bar; empty without them."""
    times = int(intervals.counts[np.abs(intervals.values) > MAX_INTERVAL].sum())
    if not times:
        return ""
    return f"Not in the chart: wider leaps, {format_percent(times / intervals.total)}."


def format_percent(share: float) -> str:
    """0.0213 is "2.1%"."""
    return f"{100 * share:.1f}%" if share >= 0.0005 or share == 0 else "under 0.1%"


def count_label(name: str, count: int, unit: str, share: float, pieces: int) -> str:
    """Hover text of a count: `C#4, 1,204 times, 2.1%, in 57 pieces`."""
    times = f"{count:,} {unit if count != 1 else unit.removesuffix('s')}"
    text = f"{name}, {times}, {format_percent(share)}"
    if unit == "pieces":
        return text
    return f"{text}, in {pieces:,} piece{'s' if pieces != 1 else ''}"


def make_figure(
    trace: go.Bar | go.Scatter | None,
    x_title: str,
    y_title: str,
    *,
    labels: Sequence[str] = (),
    x_axis: Mapping[str, Any] | None = None,
    y_axis: Mapping[str, Any] | None = None,
) -> go.Figure:
    """Figure of one trace with titled axes; without a trace it says that there is no data.

    labels: those below the bars, for which room is needed.
    x_axis, y_axis: further options of the axes. Plotly gets all options at once: changing a figure
    takes four times as long. Margins are fixed where possible: with automatic ones Plotly draws a
    chart twice.
    """
    longest = max((len(_MARKUP.sub("", label)) for label in labels), default=_NUMBER_LETTERS)
    fits = longest <= _MAX_UPRIGHT_LETTERS
    bottom = 44 + _LETTER_PIXELS * longest if fits else 8
    layout = {
        "height": HEIGHT,
        "margin": {"l": 72, "r": 8, "t": 28, "b": bottom},  # the download button is at the top
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "showlegend": False,
        "bargap": 1 - _BAR_SHARE,
        "xaxis": {**_axis(x_title), "automargin": not fits, **(x_axis or {})},
        "yaxis": {**_axis(y_title), "automargin": False, **(y_axis or {})},
        "annotations": [_NO_DATA] if trace is None else [],
    }
    return go.Figure([] if trace is None else [trace], layout)


def _axis(title: str) -> dict[str, Any]:
    return {"title": {"text": title, "standoff": 12}}


def _bar_chart(
    histogram: Histogram,
    x_title: str,
    unit: str,
    *,
    log: bool = False,
    numeric: bool = False,
    width: float | None = None,
    names: Sequence[str] = (),
    ticks: Sequence[str] = (),
) -> go.Figure:
    """Bar chart of a histogram, on a numeric axis or with the bars side by side.

    width: of all bars on a numeric axis; by default wide enough to be seen.
    names: of the values in hover texts; ticks: below the bars. By default, both are the labels.
    """
    if not len(histogram):
        return make_figure(None, x_title, unit)
    hover_texts = [
        count_label(name, count, unit, share, pieces)
        for name, count, share, pieces in zip(
            names or histogram.labels,
            histogram.counts.tolist(),
            histogram.shares.tolist(),
            histogram.pieces.tolist(),
            strict=True,
        )
    ]
    numeric = numeric and len(histogram) > 1  # a single bar would get an axis of fractions
    positions = histogram.values.tolist() if numeric else list(histogram.labels)
    bars = _bars(positions, histogram.counts, histogram.labels, hover_texts)
    x_axis: dict[str, Any] = {"type": "linear" if numeric else "category"}
    if numeric:
        bars.width = _bar_width(histogram.values) if width is None else width
    if ticks:
        x_axis |= {"tickvals": positions, "ticktext": list(ticks)}
    labels = () if numeric else ticks or histogram.labels
    y_axis = count_axis(histogram.counts, log)
    return make_figure(bars, x_title, unit, labels=labels, x_axis=x_axis, y_axis=y_axis)


def _bar_width(values: np.ndarray) -> float:
    """Width of all bars at rising values (B,): of the smallest gap, but never too thin to see."""
    return float(max(_BAR_SHARE * np.diff(values).min(), (values[-1] - values[0]) / 120))


def count_axis(counts: Sequence[int] | np.ndarray, log: bool = False) -> dict[str, Any]:
    """Options of an axis that counts: without fractions."""
    if log:
        return {"type": "log", "dtick": 1}
    few = max(counts, default=0) <= _FEW
    return {"type": "linear", "tickformat": "~s", **({"dtick": 1} if few else {})}


def _bars(
    positions: list[int] | list[str],
    heights: np.ndarray,
    labels: tuple[str, ...],
    hover_texts: list[str],
) -> go.Bar:
    return go.Bar(
        x=positions,
        y=heights,
        customdata=list(zip(labels, hover_texts, strict=True)),
        hovertemplate="%{customdata[1]}<extra></extra>",
    )
