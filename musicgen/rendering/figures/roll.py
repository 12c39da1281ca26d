"""A score as a Plotly piano roll, to zoom into and to point at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from musicgen.rendering.note_names import SHARP_NAMES, note_labels, pitch_name
from musicgen.score import TICKS_PER_QUARTER, Score, first_bar_number

# Okabe and Ito's colours, for every kind of eyesight; all show on white and on black.
PART_COLOURS = ("#3a86d8", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#9a8c2c")
PRIMER_COLOUR = "#8a8f98"
MARK_COLOUR = "#e5383b"
SHARED_COLOUR = "#c9a227"  # of a mark no longer than what composers share
_SHARED, _COPIED = 1, 2
_BAR_LINE, _GRID_LINE = "rgba(128,128,128,0.55)", "rgba(128,128,128,0.18)"
_FAINTEST = 0.35  # opacity of a note at velocity 1
_AROUND, _LABEL = 70, 12  # pixels beside the notes; of a key's name
_NAMED = (("CDEFGAB", 1), ("CEG", 3))  # and how many keys lie between two of them at least
_MOST_BAR_NUMBERS, _MOST_BAR_LINES = 24, 200
_GAP = 1  # ticks by which a note is drawn too short, so that repeated notes stay apart


@dataclass(frozen=True)
class Mark:
    """A stretch of a score's notes (by their index, stop excluded) and what is said of it."""

    start: int
    stop: int
    label: str
    shared: bool = False  # no longer than what composers share with each other


def part_colour(part: int) -> str:
    return PART_COLOURS[part % len(PART_COLOURS)]


def piano_roll(
    score: Score, *, primer_notes: int = 0, marks: Sequence[Mark] = (), height: int = 420
) -> go.Figure:
    """The notes as bars over quarters and keys, one trace for each part.

    primer_notes: so many notes from the beginning were given, not composed: they are grey.
    marks: stretches with a red outline, as copied, or a mild one. Velocity is opacity; the
    backgrounds are clear, so the figure suits a light and a dark page.
    """
    figure = go.Figure()
    given = np.arange(len(score)) < primer_notes
    said = _with_labels(note_labels(score), marks)
    marked = _marked(len(score), marks)
    if given.any():
        figure.add_trace(_bars(score, given, said, marked, "given", PRIMER_COLOUR))
    parts = np.unique(score.notes["part"])
    for part in parts.tolist():
        mine = (score.notes["part"] == part) & ~given
        if mine.any():
            name = f"part {part + 1}" if len(parts) > 1 else "notes"
            figure.add_trace(_bars(score, mine, said, marked, name, part_colour(part)))
    figure.update_layout(
        barmode="overlay",
        bargap=0,
        height=height,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=len(figure.data) > 1,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        xaxis=_bar_axis(score),
        yaxis=_key_axis(score, height),
        dragmode="pan",
        hoverlabel={"align": "left"},
    )
    return figure


def _bars(
    score: Score, which: np.ndarray, said: list[str], marked: np.ndarray, name: str, colour: str
) -> go.Bar:
    notes = score.notes[which]
    velocity = notes["velocity"] / 127
    return go.Bar(
        orientation="h",
        base=notes["start"] / TICKS_PER_QUARTER,
        x=np.maximum(notes["duration"] - _GAP, 0.5) / TICKS_PER_QUARTER,
        y=notes["pitch"],
        width=0.9,
        name=name,
        marker={
            "color": colour,
            "opacity": _FAINTEST + (1 - _FAINTEST) * velocity,
            "line": {
                "color": np.where(marked[which] == _COPIED, MARK_COLOUR, SHARED_COLOUR),
                "width": np.array([0.0, 1.0, 2.0])[marked[which]],
            },
        },
        customdata=[words for words, is_here in zip(said, which, strict=True) if is_here],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _marked(count: int, marks: Sequence[Mark]) -> np.ndarray:
    """Whether each note lies in a mark: (N,) of 0, _SHARED or _COPIED."""
    marked = np.zeros(count, np.int64)
    for mark in sorted(marks, key=lambda mark: not mark.shared):  # copied ones stand
        marked[mark.start : mark.stop] = _SHARED if mark.shared else _COPIED
    return marked


def _with_labels(said: list[str], marks: Sequence[Mark]) -> list[str]:
    for mark in marks:
        for index in range(mark.start, min(mark.stop, len(said))):
            said[index] += f"<br>{_plain(mark.label)}"
    return said


def _plain(text: str) -> str:
    """Text that Plotly cannot take for markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _bar_axis(score: Score) -> dict[str, object]:
    lines = score.bar_lines()
    every = 1
    while len(lines) > every * _MOST_BAR_NUMBERS:
        every *= 2
    first = first_bar_number(score.metres)
    return {
        "title": {"text": "bar"},
        "tickvals": lines[::every] / TICKS_PER_QUARTER,
        "ticktext": [str(first + index) for index in range(0, len(lines), every)],
        "range": [0, float(lines[-1]) / TICKS_PER_QUARTER],
        "gridcolor": _BAR_LINE,
        "showgrid": True,  # which the page's theme would switch off
        "zeroline": False,
        "minor": {
            "tickvals": lines / TICKS_PER_QUARTER,
            "showgrid": every > 1 and len(lines) <= _MOST_BAR_LINES,
            "gridcolor": _GRID_LINE,
        },
    }


def _key_axis(score: Score, height: int) -> dict[str, object]:
    """Key names: as many of the naturals as have room beside each other."""
    pitches = score.notes["pitch"] if len(score) else np.array([60, 72])
    low, high = int(pitches.min()) - 2, int(pitches.max()) + 2
    row = (height - _AROUND) / (high - low)  # pixels
    named = next((names for names, keys in _NAMED if keys * row >= _LABEL), "C")
    keys = [key for key in range(low, high + 1) if SHARP_NAMES[key % 12] in named]
    return {
        "tickvals": keys,
        "ticktext": [pitch_name(key) for key in keys],
        "range": [low, high],
        "gridcolor": _GRID_LINE,
        "zeroline": False,
    }
