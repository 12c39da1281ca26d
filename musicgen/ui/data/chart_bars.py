"""Bars of the charts: histograms, and the pieces behind a bar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from musicgen.rendering.note_names import pitch_name, with_signs
from musicgen.statistics.analysis import Analysis
from musicgen.statistics.histogram import Histogram
from musicgen.statistics.pitch_histograms import describe_code, is_chord
from musicgen.ui.shared.text import escape


@dataclass(frozen=True)
class Chart:
    """A chart whose bars can be clicked on."""

    title: str
    histogram: Callable[[Analysis], Histogram]
    counts_sonorities: bool = False  # its values are codes of notes and chords


CHARTS = {  # by the code that names a chart in links
    "notes-and-chords": Chart(
        "Most frequent notes and chords", lambda analysis: analysis.note_frequency.combined, True
    ),
    "notes": Chart("Most frequent notes", lambda analysis: analysis.note_frequency.notes, True),
    "chords": Chart("Most frequent chords", lambda analysis: analysis.note_frequency.chords, True),
    "keyboard": Chart("Keyboard", lambda analysis: analysis.pitches),
    "pitch-classes": Chart("Pitch classes", lambda analysis: analysis.pitch_classes),
    "intervals": Chart("Melodic intervals", lambda analysis: analysis.intervals),
    "durations": Chart("Durations", lambda analysis: analysis.durations),
    "onsets": Chart("Onsets in the bar", lambda analysis: analysis.onsets),
    "durations-seconds": Chart("Durations in seconds", lambda analysis: analysis.seconds_durations),
    "between-onsets": Chart(
        "Time between onsets", lambda analysis: analysis.seconds_between_onsets
    ),
    "metre": Chart("Metre", lambda analysis: analysis.metres),
    "polyphony": Chart("Notes at once", lambda analysis: analysis.polyphony),
    "tempo": Chart("Tempo", lambda analysis: analysis.tempi),
    "pedal": Chart("Pedal", lambda analysis: analysis.pedal),
    "instruments": Chart("Instruments", lambda analysis: analysis.instruments),
    "drums": Chart("Drums", lambda analysis: analysis.drum_sounds),
    "velocity": Chart("Velocity", lambda analysis: analysis.velocities),
    "chord-sizes": Chart("Chord sizes", lambda analysis: analysis.note_frequency.sizes),
}
_FIRST_NAMES = {  # links of the first version name a chart by the title that it had then
    "Most frequent notes and chords": "notes-and-chords",
    "Most frequent notes": "notes",
    "Most frequent chords": "chords",
    "Keyboard": "keyboard",
    "Pitch classes": "pitch-classes",
    "Melodic intervals": "intervals",
    "Durations": "durations",
    "Onsets in the bar": "onsets",
    "Metre": "metre",
    "Notes at once": "polyphony",
    "Tempo": "tempo",
    "Velocity": "velocity",
    "Chord sizes": "chord-sizes",
}


def chart_code(name: str) -> str:
    """The code of a chart that a link names; the name itself where there is no such chart."""
    return _FIRST_NAMES.get(name, name)


@dataclass(frozen=True)
class Bar:
    """A bar of a chart: the indices of its pieces, and what it counts, as Markdown."""

    pieces: list[int]
    description: str


def bar_of(analysis: Analysis, code: str, label: str) -> Bar | None:
    """Return the bar of a chart with a label; None when there is no such chart or bar."""
    chart = CHARTS.get(code)
    if chart is None:
        return None
    histogram = chart.histogram(analysis)
    if label not in histogram.labels:
        return None
    value = int(histogram.values[histogram.labels.index(label)])
    description = f"**{escape(_name(code, label, value))}**"
    if chart.counts_sonorities:
        description += _describe_sonority(value)
    return Bar(histogram.pieces_with(label), description)


def _name(code: str, label: str, value: int) -> str:
    """Name of a value as the chart writes it: E♭4 and E♭ for the labels E-4 and E-."""
    if code == "keyboard" or (CHARTS[code].counts_sonorities and not is_chord(value)):
        return pitch_name(value, 0)
    return with_signs(label) if code == "pitch-classes" else label


def _describe_sonority(value: int) -> str:
    """Say what is counted under the name of a note or a chord."""
    if not is_chord(value):
        return " as a single note, not within a chord of its track"
    return f" ({escape(describe_code(value).partition(': ')[2])})"
