"""What musicians call things: names for keys, note values and places in a score."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np

from musicgen.rendering.spelling import spell
from musicgen.score import TICKS_PER_QUARTER, Score, first_bar_number
from musicgen.theory.keys import find_keys

SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_PITCH = re.compile(r"([A-Ga-g])([#b♯♭]{0,2})(-?\d)")
_ACCIDENTALS = {"#": 1, "♯": 1, "b": -1, "♭": -1}
TICKS_PER_WHOLE = 4 * TICKS_PER_QUARTER


def pitch_name(pitch: int, sharps: int | None = None) -> str:
    """The name of a MIDI key: 60 is C4.

    sharps: of the key signature that it is spelled under, negative for flats; without one black
    keys are sharps.
    """
    if sharps is None:
        return f"{SHARP_NAMES[pitch % 12]}{pitch // 12 - 1}"
    letter, alteration, octave = spell(pitch, sharps)
    return f"{letter}{'#' * alteration}{'b' * -alteration}{octave}"


def key_signature(score: Score) -> int | None:
    """Sharps of the key that a score is found to be in, flats negative; None without notes."""
    [key] = find_keys([score])
    return key.sharps if key else None


def parse_pitch(name: str) -> int:
    """The MIDI key of a name: C4 is 60, as are B#3 and Dbb4; ValueError for other text."""
    found = _PITCH.fullmatch(name)
    if found is None:
        raise ValueError("write a letter from A to G, # or b, and an octave, such as Bb3")
    letter, accidentals, octave = found.groups()
    altered = sum(_ACCIDENTALS[sign] for sign in accidentals)
    pitch = SHARP_NAMES.index(letter.upper()) + altered + 12 * (int(octave) + 1)
    if not 0 <= pitch <= 127:
        raise ValueError("it is beyond what MIDI can play")
    return pitch


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


def note_labels(score: Score) -> list[str]:
    """Each note in a line, spelled in the score's key: `Bb4, bar 3 beat 2.5, 1/8`."""
    sharps = key_signature(score)
    return [
        f"{pitch_name(int(note['pitch']), sharps)}, {place}, {note_value(int(note['duration']))}"
        for note, place in zip(score.notes, places(score), strict=True)
    ]
