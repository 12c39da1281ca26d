"""Rhythm histograms of a collection: durations, onsets, tempi, metres, velocities, polyphony."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from musicgen.metres import TICKS_PER_QUARTER, Metre, bar_positions
from musicgen.score import Score
from musicgen.statistics.histogram import Histogram, histogram
from musicgen.theory.pooled_notes import pooled_notes

_NOTE_VALUES = {
    Fraction(8): "double whole",
    Fraction(4): "whole",
    Fraction(2): "half",
    Fraction(1): "quarter",
    Fraction(1, 2): "eighth",
    Fraction(1, 4): "16th",
    Fraction(1, 8): "32nd",
}


def durations(scores: Sequence[Score]) -> Histogram:
    """Count the durations of notes, in ticks."""
    notes, pieces = pooled_notes(scores)
    return histogram(notes["duration"], pieces, duration_name)


def onsets_in_bar(scores: Sequence[Score]) -> Histogram:
    """Count notes by onset in the bar, in ticks from the bar line."""
    notes, pieces = pooled_notes(scores)
    edges = np.cumsum([0, *map(len, scores)])
    places = np.empty(len(notes), np.int64)
    for score, first, last in zip(scores, edges, edges[1:], strict=False):
        places[first:last] = bar_positions(score.metres, score.notes["start"])[1]
    return histogram(places, pieces, place_name)


def tempi(scores: Sequence[Score]) -> Histogram:
    """Count pieces by tempo, in whole quarters a minute."""
    values = np.array([round(score.tempo) for score in scores], dtype=np.int64)
    return histogram(values, np.arange(len(scores)), lambda tempo: f"{tempo} quarters a minute")


def metres(scores: Sequence[Score]) -> Histogram:
    """Count pieces by main metre; values are 100 * numerator + denominator."""
    values = [100 * metre.numerator + metre.denominator for metre in map(main_metre, scores)]
    return histogram(
        np.array(values, dtype=np.int64), np.arange(len(scores)), lambda v: f"{v // 100}/{v % 100}"
    )


def main_metre(score: Score) -> Metre:
    """The metre that lasts longest in total."""
    starts = [metre.start for metre in score.metres]
    ends = [*starts[1:], max(score.end, starts[-1] + 1)]
    durations: dict[str, int] = {}
    for metre, start, end in zip(score.metres, starts, ends, strict=True):
        ticks = min(end, score.end) - min(start, score.end)
        durations[str(metre)] = durations.get(str(metre), 0) + ticks
    return max(score.metres, key=lambda metre: durations[str(metre)])


def velocities(scores: Sequence[Score]) -> Histogram:
    """Count notes by velocity."""
    notes, pieces = pooled_notes(scores)
    return histogram(notes["velocity"], pieces, lambda velocity: f"velocity {velocity}")


def polyphony(scores: Sequence[Score]) -> Histogram:
    """Ticks by number of notes that sound at once; 0 is silence before a piece's end."""
    notes, pieces = pooled_notes(scores)
    lengths = np.array([score.end for score in scores], dtype=np.int64)
    begins = np.cumsum(lengths) - lengths  # start of each piece if they follow each other
    starts = begins[pieces] + notes["start"]
    ticks = np.concatenate([starts, starts + notes["duration"], begins])
    changes = np.repeat([1, -1, 0], [len(notes), len(notes), len(begins)])
    order = np.argsort(ticks, kind="stable")
    sounding = np.cumsum(changes[order])  # (2N + P,) after each change
    spans = np.diff(ticks[order], append=lengths.sum())
    nonempty = spans > 0
    piece = np.searchsorted(begins, ticks[order][nonempty], side="right") - 1
    return histogram(sounding[nonempty], piece, _voices, spans[nonempty])


def duration_name(ticks: int) -> str:
    """Name of a duration: a note value if there is one, else a number of quarters."""
    quarters = Fraction(int(ticks), TICKS_PER_QUARTER)
    for factor, form in ((1, "{}"), (Fraction(3, 2), "dotted {}"), (Fraction(2, 3), "{} triplet")):
        if quarters / factor in _NOTE_VALUES:
            return form.format(_NOTE_VALUES[quarters / factor])
    return f"{_mixed(quarters)} quarter{'s' if quarters > 1 else ''}"


def place_name(ticks: int) -> str:
    """Name of a position in the bar, in quarters: 36 ticks are "quarter 2 + 1/2"."""
    quarters, rest = divmod(int(ticks), TICKS_PER_QUARTER)
    more = f" + {Fraction(rest, TICKS_PER_QUARTER)}" if rest else ""
    return f"quarter {quarters + 1}{more}"


def _mixed(number: Fraction) -> str:
    """Format a mixed number: 7/2 is "3 1/2"."""
    whole, rest = divmod(number, 1)
    return " ".join(str(part) for part in (whole, rest) if part)


def _voices(count: int) -> str:
    return {0: "silence", 1: "1 note"}.get(count, f"{count} notes")
