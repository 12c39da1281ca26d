"""Plotly piano roll of a score, to zoom into and to hover over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from musicgen.rendering.note_labels import note_labels
from musicgen.rendering.note_names import SHARP_NAMES, pitch_name
from musicgen.rendering.part_colours import part_colour
from musicgen.rendering.time_axis import line_labels, time_lines
from musicgen.score import Score
from musicgen.theory.general_midi import part_name, percussion_name

PRIMER_COLOUR = "#8a8f98"
MARK_COLOUR = "#e5383b"
SHARED_COLOUR = "#c9a227"  # of a mark that is no longer than what human composers share
_SHARED, _COPIED = 1, 2
_BAR_LINE, _GRID_LINE = "rgba(128,128,128,0.55)", "rgba(128,128,128,0.18)"
_MIN_OPACITY = 0.35  # of a note of velocity 1
_VERTICAL_MARGIN, _LABEL_HEIGHT = 70, 12  # pixels: above and below the notes; of a key's name
# Keys that are named, and the fewest keys between two of them: naturals, thirds, or else every C.
_NAMED_KEYS = (("CDEFGAB", 1), ("CEG", 3))
_MAX_BAR_NUMBERS, _MAX_BAR_LINES = 24, 200
_GAP_QUARTERS = 1 / 24  # between repeated notes, which would look like one
_LANE_PIXELS = 15  # height of a drum's lane, by which it makes the roll higher


@dataclass(frozen=True)
class Mark:
    """A labelled passage of a score's notes, from index `start` up to `stop`."""

    start: int
    stop: int
    label: str
    shared: bool = False  # no longer than what human composers share


def part_labels(score: Score) -> list[str]:
    """Name of each part; parts of the same name are numbered."""
    names = [part_name(part) for part in score.parts]
    counts = Counter(names)
    used: Counter[str] = Counter()
    labels = []
    for name in names:
        used[name] += 1
        labels.append(f"{name} {used[name]}" if counts[name] > 1 else name)
    return labels


def drum_lanes(score: Score) -> dict[int, str]:
    """Names of the percussion keys that are struck, the lowest first."""
    keys = np.unique(score.notes["pitch"][score.is_drum])
    return {key: percussion_name(key) for key in keys.tolist()}


def piano_roll(
    score: Score, *, primer_notes: int = 0, marks: Sequence[Mark] = (), height: int = 420
) -> go.Figure:
    """Draw notes as bars over time and keys, with one trace for every part.

    Time is in quarters, with bar lines, or in seconds if the score is a performance. Each drum has
    a lane below the keys.
    primer_notes: notes at the start that are the prompt, which is grey.
    marks: passages to outline. Opacity is velocity. Backgrounds are clear, so the figure suits a
    light page and a dark one.
    """
    figure = go.Figure()
    is_primer = np.arange(len(score)) < primer_notes
    hover_texts = _with_mark_labels(note_labels(score), marks)
    mark_kinds, rows = _mark_kinds(len(score), marks), _rows(score, height)
    if is_primer.any():
        trace = _trace(score, is_primer, hover_texts, mark_kinds, "beginning", PRIMER_COLOUR, rows)
        figure.add_trace(trace)
    parts, names = np.unique(score.notes["part"]), part_labels(score)
    for part in parts.tolist():
        in_part = (score.notes["part"] == part) & ~is_primer
        if in_part.any():
            colour = part_colour(part)
            trace = _trace(score, in_part, hover_texts, mark_kinds, names[part], colour, rows)
            figure.add_trace(trace)
    figure.update_layout(
        barmode="overlay",
        bargap=0,
        height=height + _LANE_PIXELS * len(drum_lanes(score)),
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=len(figure.data) > 1,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        xaxis=_time_axis(score),
        yaxis=_key_axis(score, height),
        dragmode="pan",
        hoverlabel={"align": "left"},
    )
    return figure


def _trace(
    score: Score,
    mask: np.ndarray,
    hover_texts: list[str],
    mark_kinds: np.ndarray,
    name: str,
    colour: str,
    rows: tuple[np.ndarray, np.ndarray],
) -> go.Bar:
    """Bars of the notes under a mask; rows: the middle and the height of each note's row."""
    notes, kinds = score.notes[mask], mark_kinds[mask]
    starts = _times(score, notes["start"])
    lengths = _times(score, notes["start"] + notes["duration"]) - starts
    velocity = notes["velocity"] / 127
    return go.Bar(
        orientation="h",
        base=starts,
        x=np.maximum(lengths - _GAP_QUARTERS, _GAP_QUARTERS / 2),
        y=rows[0][mask],
        width=0.9 * rows[1][mask],
        name=name,
        marker={
            "color": colour,
            "opacity": _MIN_OPACITY + (1 - _MIN_OPACITY) * velocity,
            "line": {
                "color": np.where(kinds == _COPIED, MARK_COLOUR, SHARED_COLOUR),
                "width": np.array([0.0, 1.0, 2.0])[kinds],
            },
        },
        customdata=[text for text, included in zip(hover_texts, mask, strict=True) if included],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _times(score: Score, ticks: np.ndarray) -> np.ndarray:
    """Ticks on the time axis: seconds of a performance, else quarters."""
    return score.seconds_at(ticks) if score.is_performance else ticks / score.resolution


def _rows(score: Score, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Middle and height, in keys, of the row of each note, a key or a drum's lane: 2 x (N,)."""
    pitch, lanes = score.notes["pitch"].astype(np.int64), _lane_middles(score, height)
    if not len(lanes):
        return pitch, np.ones(len(pitch))
    lane = np.searchsorted(list(drum_lanes(score)), pitch).clip(max=len(lanes) - 1)
    lane_keys = _LANE_PIXELS / _key_pixels(score, height)
    return np.where(score.is_drum, lanes[lane], pitch), np.where(score.is_drum, lane_keys, 1.0)


def _lane_middles(score: Score, height: int) -> np.ndarray:
    """Middles of the lanes of drums on the axis of keys, the lowest first, below the keys."""
    count, lane_keys = len(drum_lanes(score)), _LANE_PIXELS / _key_pixels(score, height)
    return _key_range(score)[0] - lane_keys * (np.arange(count, 0, -1) - 0.5)


def _key_pixels(score: Score, height: int) -> float:
    """Height of a key's row in pixels."""
    low, high = _key_range(score)
    return (height - _VERTICAL_MARGIN) / (high - low)


def _mark_kinds(count: int, marks: Sequence[Mark]) -> np.ndarray:
    """Kind of mark that every note is in, 0 for none: (N,) of 0, _SHARED or _COPIED."""
    kinds = np.zeros(count, np.int64)
    for mark in sorted(marks, key=lambda mark: not mark.shared):  # copied ones cover shared ones
        kinds[mark.start : mark.stop] = _SHARED if mark.shared else _COPIED
    return kinds


def _with_mark_labels(hover_texts: list[str], marks: Sequence[Mark]) -> list[str]:
    for mark in marks:
        for index in range(mark.start, min(mark.stop, len(hover_texts))):
            hover_texts[index] += f"<br>{_escape(mark.label)}"
    return hover_texts


def _escape(text: str) -> str:
    """Text without characters that Plotly takes for markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _time_axis(score: Score) -> dict[str, object]:
    """Options of the time axis: lines, with as many used as there is room for."""
    ticks = time_lines(score)
    lines = _times(score, ticks)
    interval = 1
    while len(lines) > interval * _MAX_BAR_NUMBERS:
        interval *= 2
    return {
        "title": {"text": "minutes and seconds" if score.is_performance else "bar"},
        "tickvals": lines[::interval],
        "ticktext": line_labels(score, len(lines))[::interval],
        "range": [0, float(lines[-1])],
        "gridcolor": _BAR_LINE,
        "showgrid": True,  # Streamlit's theme switches it off
        "zeroline": False,
        "minor": {
            "tickvals": lines,
            "showgrid": interval > 1 and len(lines) <= _MAX_BAR_LINES,
            "gridcolor": _GRID_LINE,
        },
    }


def _key_range(score: Score) -> tuple[int, int]:
    """Lowest and highest key of the axis: those of the notes that have a pitch, and a margin."""
    pitches = score.pitched.notes["pitch"] if len(score.pitched) else np.array([60, 72])
    return int(pitches.min()) - 2, int(pitches.max()) + 2


def _key_axis(score: Score, height: int) -> dict[str, object]:
    """Options of the pitch axis: names of as many natural keys as there is room for, and drums."""
    (low, high), lanes = _key_range(score), list(drum_lanes(score).values())
    key_height = _key_pixels(score, height)
    fitting = (names for names, gap in _NAMED_KEYS if gap * key_height >= _LABEL_HEIGHT)
    named = next(fitting, "C")
    keys = [key for key in range(low, high + 1) if SHARP_NAMES[key % 12] in named]
    return {
        "tickvals": [*_lane_middles(score, height), *keys],
        "ticktext": [*lanes, *(pitch_name(key) for key in keys)],
        "range": [low - _LANE_PIXELS * len(lanes) / key_height, high],
        "gridcolor": _GRID_LINE,
        "zeroline": False,
    }
