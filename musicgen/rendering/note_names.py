"""Names of pitches, note values and positions in a score, as musicians write them."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np

from musicgen.errors import InvalidSetting
from musicgen.metres import TICKS_PER_QUARTER, first_bar_number
from musicgen.score import Score
from musicgen.theory.general_midi import percussion_name
from musicgen.theory.keys import find_keys

SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
TICKS_PER_WHOLE = 4 * TICKS_PER_QUARTER
_PITCH = re.compile(r"([A-Ga-g])([#b♯♭]{0,2})(-?\d)")
_ALTERATIONS = {"#": 1, "♯": 1, "b": -1, "♭": -1}
_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_LINE_OF_FIFTHS = "FCGDAEB"  # ascending; F is at position -1, C at 0
_MOST_SIGNS, _FIFTHS_OF_OCTAVE = 7, 12
_FLATTEST, _SHARPEST = -3, 8  # positions in C major: E flat to G sharp


def pitch_name(pitch: int, sharps: int | None = None) -> str:
    """Name of a MIDI pitch: 60 is C4.

    sharps: of the key signature, negative for flats; without one, black keys are sharps.
    """
    if sharps is None:
        return f"{SHARP_NAMES[pitch % 12]}{pitch // 12 - 1}"
    letter, alteration, octave = spell(pitch, sharps)
    return f"{letter}{'#' * alteration}{'b' * -alteration}{octave}"


def parse_pitch(name: str) -> int:
    """MIDI pitch of a name: C4 is 60, as are B#3 and Dbb4. Raises InvalidSetting."""
    match = _PITCH.fullmatch(name)
    if match is None:
        raise InvalidSetting("write a letter from A to G, # or b, and an octave, such as Bb3")
    letter, accidentals, octave = match.groups()
    alteration = sum(_ALTERATIONS[sign] for sign in accidentals)
    pitch = _NATURALS[letter.upper()] + alteration + 12 * (int(octave) + 1)
    if not 0 <= pitch <= 127:
        raise InvalidSetting("it is beyond what MIDI can play")
    return pitch


def spell(pitch: int, sharps: int) -> tuple[str, int, int]:
    """Letter, alteration in semitones and octave of a MIDI pitch under a key signature.

    sharps: of the signature, negative for flats. Every pitch class has one name in a key: seven
    are those of the signature, the other five their neighbours on the line of fifths.
    """
    return named_fifths(pitch, key_fifths(pitch, sharps))


def key_fifths(pitch: int, sharps: int) -> int:
    """Position on the line of fifths, C being 0, of a MIDI pitch's name under a key signature."""
    fifths = pitch * 7 % 12  # up to multiples of 12
    fifths += 12 * -(-(sharps + _FLATTEST - fifths) // 12)
    assert sharps + _FLATTEST <= fifths <= sharps + _SHARPEST
    return fifths


def named_fifths(pitch: int, fifths: int) -> tuple[str, int, int]:
    """Letter, alteration in semitones and octave of a MIDI pitch with a place on that line."""
    alteration, index = divmod(fifths + 1, 7)
    letter = _LINE_OF_FIFTHS[index]
    octave = (pitch - _NATURALS[letter] - alteration) // 12 - 1
    return letter, alteration, octave


def key_signature(score: Score) -> int | None:
    """Sharps of the key that key analysis finds, negative for flats; None without notes.

    Five flats in place of seven sharps.
    """
    [key] = find_keys([score])
    if key is None:
        return None
    return key.sharps if key.sharps < _MOST_SIGNS else key.sharps - _FIFTHS_OF_OCTAVE


def note_value_name(ticks: int, resolution: int = TICKS_PER_QUARTER) -> str:
    """Duration as a fraction of a whole note, on the grid: 12 ticks of 24 a quarter are 1/8."""
    on_grid = max(1, round(ticks * TICKS_PER_QUARTER / resolution))
    value = Fraction(on_grid, TICKS_PER_WHOLE)
    return f"{value.numerator}/{value.denominator}"


def note_positions(score: Score) -> list[str]:
    """Start of every note, such as `bar 3 beat 2.5`; a beat is the metre's denominator.

    In a performance the start is in seconds: `at 7.25 s`.
    """
    starts = score.notes["start"]
    if score.is_performance:
        return [f"at {seconds:.2f} s" for seconds in score.seconds_at(starts).tolist()]
    bars, ticks_in_bar, _ = score.bar_positions(starts)
    metre_starts = [metre.start for metre in score.metres]
    metre_index = np.searchsorted(metre_starts, starts, side="right") - 1
    ticks_per_beat = np.array([4 * score.resolution / metre.denominator for metre in score.metres])
    first = first_bar_number(score.metres, score.resolution)
    return [
        f"bar {bar + first} beat {round(1 + tick / beat, 2):g}"
        for bar, tick, beat in zip(bars, ticks_in_bar, ticks_per_beat[metre_index], strict=True)
    ]


def note_labels(score: Score) -> list[str]:
    """One line for every note, spelled in the score's key: `Bb4, bar 3 beat 2.5, 1/8`.

    A drum has the name of its percussion key; in a performance all times are in seconds.
    """
    sharps = key_signature(score)
    rows = zip(
        score.notes["pitch"].tolist(),
        score.is_drum.tolist(),
        note_positions(score),
        _durations(score),
        strict=True,
    )
    return [
        f"{percussion_name(pitch) if is_drum else pitch_name(pitch, sharps)}, {position}, {value}"
        for pitch, is_drum, position, value in rows
    ]


def _durations(score: Score) -> list[str]:
    """Note value of every note; seconds in a performance."""
    starts, ticks = score.notes["start"], score.notes["duration"]
    if score.is_performance:
        seconds = score.seconds_at(starts + ticks) - score.seconds_at(starts)
        return [f"{value:.2f} s" for value in seconds.tolist()]
    return [note_value_name(value, score.resolution) for value in ticks.tolist()]
