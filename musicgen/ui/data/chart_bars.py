"""Bars of the charts: the histogram of each chart, and the pieces behind a bar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from musicgen.rendering.note_names import pitch_name
from musicgen.statistics.analysis import Analysis
from musicgen.statistics.histogram import Histogram
from musicgen.statistics.pitch_histograms import describe_code, is_chord
from musicgen.ui.shared.text import escape

FREQUENT = "Most frequent "
HISTOGRAMS: dict[str, Callable[[Analysis], Histogram]] = {  # by the title of the chart
    f"{FREQUENT}notes and chords": lambda analysis: analysis.note_frequency.combined,
    f"{FREQUENT}notes": lambda analysis: analysis.note_frequency.notes,
    f"{FREQUENT}chords": lambda analysis: analysis.note_frequency.chords,
    "Keyboard": lambda analysis: analysis.pitches,
    "Pitch classes": lambda analysis: analysis.pitch_classes,
    "Melodic intervals": lambda analysis: analysis.intervals,
    "Durations": lambda analysis: analysis.durations,
    "Onsets in the bar": lambda analysis: analysis.onsets,
    "Metre": lambda analysis: analysis.metres,
    "Notes at once": lambda analysis: analysis.polyphony,
    "Tempo": lambda analysis: analysis.tempi,
    "Velocity": lambda analysis: analysis.velocities,
    "Chord sizes": lambda analysis: analysis.note_frequency.sizes,
}


@dataclass(frozen=True)
class Bar:
    """A bar of a chart: the indices of its pieces, and what it counts, as Markdown."""

    pieces: list[int]
    description: str


def bar_of(analysis: Analysis, title: str, label: str) -> Bar | None:
    """Return the bar of a chart with a label; None when there is no such chart or bar."""
    if title not in HISTOGRAMS:
        return None
    histogram = HISTOGRAMS[title](analysis)
    if label not in histogram.labels:
        return None
    code = int(histogram.values[histogram.labels.index(label)])
    description = f"**{escape(_name(title, label, code))}**"
    if title.startswith(FREQUENT):
        description += _describe_sonority(code)
    return Bar(histogram.pieces_with(label), description)


def _name(title: str, label: str, code: int) -> str:
    """Name of a value as the chart writes it: Eb4 and E♭ for the labels E-4 and E-."""
    if title == "Keyboard" or (title.startswith(FREQUENT) and not is_chord(code)):
        return pitch_name(code, 0)
    return label.replace("-", "♭") if title == "Pitch classes" else label


def _describe_sonority(code: int) -> str:
    """Say what is counted under the name of a note or a chord."""
    if not is_chord(code):
        return " as a single note, not within a chord of its track"
    return f" ({escape(describe_code(code).partition(': ')[2])})"
