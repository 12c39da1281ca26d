"""What musicians call things: names for keys, note values and places in a score."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from musicgen.score import TICKS_PER_QUARTER, Score, first_bar_number

KEY_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
TICKS_PER_WHOLE = 4 * TICKS_PER_QUARTER


def pitch_name(pitch: int) -> str:
    """The name of a MIDI key, sharps only: 60 is C4."""
    return f"{KEY_NAMES[pitch % 12]}{pitch // 12 - 1}"


def note_value(ticks: int) -> str:
    """A duration as a part of a whole note: 12 ticks are 1/8."""
    value = Fraction(ticks, TICKS_PER_WHOLE)
    return f"{value.numerator}/{value.denominator}"


def places(score: Score) -> list[str]:
    """Where each note begins, as `bar 3 beat 2.5`; a beat is the metre's denominator."""
    starts = score.notes["start"]
    bars, within, _ = score.bar_positions(starts)
    metre_starts = [metre.start for metre in score.metres]
    which = np.searchsorted(metre_starts, starts, side="right") - 1
    beat_ticks = np.array([TICKS_PER_WHOLE / metre.denominator for metre in score.metres])[which]
    first = first_bar_number(score.metres)
    return [
        f"bar {bar + first} beat {round(1 + tick / beat, 2):g}"
        for bar, tick, beat in zip(bars, within, beat_ticks, strict=True)
    ]


def note_words(score: Score) -> list[str]:
    """Each note in a line, as `C#4, bar 3 beat 2.5, 1/8`."""
    return [
        f"{pitch_name(int(note['pitch']))}, {place}, {note_value(int(note['duration']))}"
        for note, place in zip(score.notes, places(score), strict=True)
    ]
