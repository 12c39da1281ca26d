"""Clefs and octave signs: where the notes of a staff need few ledger lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.rendering.notation.bars import Voices

_STEP_OF_PITCH_CLASS = np.array([0, 0, 1, 1, 2, 3, 3, 4, 4, 5, 5, 6])
_STEPS_PER_OCTAVE = 7
_STAFF_STEPS = 8  # from the lowest line to the highest
_UNUSUAL_COST = 0.4  # of a note in another clef than the usual one, as of one ledger line
_LEDGER_COST = 0.4  # of a note with one ledger line
_CHANGE_COST = 8.0
_MANY_LEDGER_LINES = {1: 4, -1: 5}  # above the staff, below it
_STEPS_OUTSIDE = 3  # that a note under an octave sign may lie outside the staff on the other side


@dataclass(frozen=True)
class Clef:
    """A clef, with its names in MusicXML, and the pitch of the lowest line."""

    sign: str
    line: int
    octave_change: int
    bottom: int  # diatonic steps above C-1, of the lowest line


TREBLE = Clef("G", 2, 0, 37)
BASS = Clef("F", 4, 0, 25)
TENOR_VOICE = Clef("G", 2, -1, 30)
OCTAVE_TREBLE = Clef("G", 2, 1, 44)
OCTAVE_BASS = Clef("F", 4, -1, 18)
ALTO = Clef("C", 3, 0, 31)
TENOR = Clef("C", 4, 0, 29)
PERCUSSION = Clef("percussion", 0, 0, 37)

_GUITARS, _BASSES, _VOICES = range(24, 32), range(32, 40), range(52, 55)
_VIOLA, _CELLO, _CONTRABASS, _TROMBONE, _BASSOON = 41, 42, 43, 57, 70
_OCTAVE_HIGHER = (9, 72, 78)  # glockenspiel, piccolo, whistle
_VOICE_NAMES = ("soprano", "alto", "tenor", "bass", "baritone", "cantus", "voice", "choir")


@dataclass(frozen=True)
class OctaveShift:
    """Bars of a staff that are written octaves lower (8va) or, if negative, higher than they sound.

    The bars are a range of indices.
    """

    first_bar: int
    last_bar: int
    octaves: int


def candidate_clefs(program: int, name: str, is_choir: bool) -> tuple[Clef, ...]:
    """Clefs that players of an instrument read; the first is the usual one.

    is_choir: whether the part is one of several of the same instrument, as those of a choir.
    """
    if program in _GUITARS:
        return (TENOR_VOICE,)
    if program in _BASSES or program == _CONTRABASS:
        return (OCTAVE_BASS,)
    if program == _VIOLA:
        return ALTO, TREBLE
    if program in (_CELLO, _BASSOON, _TROMBONE):
        return BASS, TENOR, TREBLE
    if program in _OCTAVE_HIGHER:
        return OCTAVE_TREBLE, TREBLE
    if is_choir or program in _VOICES or any(word in name.lower() for word in _VOICE_NAMES):
        return TREBLE, TENOR_VOICE, BASS
    return TREBLE, BASS


def staff_clefs(bars: Sequence[Voices], candidates: Sequence[Clef], may_change: bool) -> list[Clef]:
    """Clef of each bar of a staff: the fewest ledger lines, with few changes."""
    costs = np.zeros((len(bars), len(candidates)))
    for index, voices in enumerate(bars):
        pitches = bar_pitches(voices)
        for number, clef in enumerate(candidates):
            unusual = _UNUSUAL_COST * len(pitches) * (number > 0)
            costs[index, number] = _ledger_cost(pitches, clef) + unusual
    if not may_change or len(candidates) == 1:
        return [candidates[int(costs.sum(axis=0).argmin())]] * len(bars)
    return [candidates[number] for number in _with_few_changes(costs)]


def bar_pitches(voices: Voices) -> np.ndarray:
    """MIDI pitches of the notes that are written in a bar of a staff."""
    return np.array(
        [pitch for chords in voices.values() for chord in chords for pitch in chord.chord.pitches],
        dtype=np.int64,
    )


def octave_shifts(bars: Sequence[Voices], clefs: Sequence[Clef]) -> list[OctaveShift]:
    """Bars in which notes need many ledger lines, and none would lie far off under the sign."""
    shifts: list[OctaveShift] = []
    for direction in (1, -1):
        needed = [
            _octaves_needed(bar_pitches(voices), clef, direction)
            for voices, clef in zip(bars, clefs, strict=True)
        ]
        index = 0
        while index < len(bars):
            octaves = needed[index]
            last = index
            if octaves:
                for later in range(index + 1, len(bars)):
                    if needed[later] is None or not _fits(bars[later], clefs[later], octaves):
                        break
                    last = later if needed[later] else last
                shifts.append(OctaveShift(index, last, octaves))
            index = last + 1
    return sorted(shifts, key=lambda shift: shift.first_bar)


def _fits(voices: Voices, clef: Clef, octaves: int) -> bool:
    """Whether the notes of a bar lie on or near the staff under an octave sign."""
    places = _places(bar_pitches(voices), clef) - _STEPS_PER_OCTAVE * octaves
    if not len(places):
        return True
    low, high = int(places.min()), int(places.max())
    return low >= -_STEPS_OUTSIDE if octaves > 0 else high <= _STAFF_STEPS + _STEPS_OUTSIDE


def _octaves_needed(pitches: np.ndarray, clef: Clef, direction: int) -> int | None:
    """Octaves of the sign that a bar needs, 0 if it needs none; None if it cannot have one."""
    places = _places(pitches, clef)
    if not len(places):
        return 0
    if direction < 0:
        places = _STAFF_STEPS - places  # mirrored: the same rule below the staff
    for octaves in (1, 2):
        if places.min() - _STEPS_PER_OCTAVE * octaves < -_STEPS_OUTSIDE:
            return None if octaves == 1 else direction
        beyond = places.max() - _STEPS_PER_OCTAVE * (octaves - 1) - _STAFF_STEPS
        if beyond < 2 * _MANY_LEDGER_LINES[direction]:
            return direction * (octaves - 1)
    return 2 * direction


def _places(pitches: np.ndarray, clef: Clef) -> np.ndarray:
    """Diatonic steps above the lowest line."""
    steps = pitches // 12 * _STEPS_PER_OCTAVE + _STEP_OF_PITCH_CLASS[pitches % 12]
    places: np.ndarray = steps - clef.bottom
    return places


def _ledger_cost(pitches: np.ndarray, clef: Clef) -> float:
    """Cost of the ledger lines of notes; two at one note cost four times as much as one."""
    places = _places(pitches, clef)
    lines = np.maximum(0, np.maximum(-places, places - _STAFF_STEPS)) // 2
    return float((_LEDGER_COST * lines**2).sum())


def _with_few_changes(costs: np.ndarray) -> list[int]:
    """Index of the clef of each bar at the lowest cost: (B, C) -> B."""
    changes = _CHANGE_COST * (1 - np.eye(costs.shape[1]))
    total, back = costs[0], np.zeros(costs.shape, np.int64)
    for index in range(1, len(costs)):
        candidates = total[:, None] + changes
        back[index] = candidates.argmin(axis=0)
        total = candidates.min(axis=0) + costs[index]
    path = [int(total.argmin())]
    for row in back[:0:-1]:
        path.append(int(row[path[-1]]))
    return path[::-1]
