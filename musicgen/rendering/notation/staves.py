"""Parts of a score as staves: which notes, clefs and octave signs each staff has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from musicgen.rendering.notation.bars import Bar, Voices, notated_chords, written_bars
from musicgen.rendering.notation.clefs import (
    BASS,
    PERCUSSION,
    TREBLE,
    Clef,
    OctaveShift,
    candidate_clefs,
    octave_shifts,
    staff_clefs,
)
from musicgen.rendering.notation.hands import needs_two_staves, split_hands
from musicgen.rendering.notation.legible import legible, legible_drums
from musicgen.rendering.notation.percussion import is_pedal
from musicgen.rendering.part_names import part_names
from musicgen.score import Score
from musicgen.score_fields import Part

# General MIDI programs of one player on one staff: guitars, basses, strings, winds, fiddles.
_ONE_STAFF = frozenset([*range(24, 46), 47, *range(56, 80), *range(104, 112)])
_PIANOS = range(8)  # and harpsichords
_CHOIR_PARTS = 3  # of one program, from which on they are voices of a choir
Rounding: TypeAlias = Callable[[np.ndarray, Sequence[Bar]], np.ndarray]  # of a staff's notes
_MAX_VOICES_OF_HANDS = 100  # voices of a drum part's feet are numbered from here


@dataclass(frozen=True)
class Staff:
    """A staff; its voices and clefs by bar."""

    voices: list[Voices]
    clefs: list[Clef]
    shifts: list[OctaveShift]


@dataclass(frozen=True)
class WrittenPart:
    """A part as it is notated."""

    number: int  # index in Score.parts
    part: Part
    name: str
    staves: tuple[Staff, ...]


def written_parts(score: Score) -> list[WrittenPart]:
    """The parts of a score on the grid, as exact as it is; one empty part where there is none."""
    return _written_parts(score, _as_it_is, _as_it_is)


def printed_parts(score: Score) -> list[WrittenPart]:
    """The parts that have notes, their times rounded to what is easy to read."""
    parts = _written_parts(score, legible, legible_drums)
    return [part for part in parts if (score.notes["part"] == part.number).any()] or parts[:1]


def _as_it_is(notes: np.ndarray, bars: Sequence[Bar]) -> np.ndarray:
    return notes


def _written_parts(score: Score, rounded: Rounding, rounded_drums: Rounding) -> list[WrittenPart]:
    bars, pairs = written_bars(score), two_hand_parts(score)
    parts, names = score.parts or (Part(),), part_names(score) or [""]
    programs = Counter(part.program for part in parts if not part.is_drum)
    written = []
    for number, (part, name) in enumerate(zip(parts, names, strict=True)):
        notes = score.notes[score.notes["part"] == number]
        if part.is_drum:
            staves: tuple[Staff, ...] = (_drum_staff(rounded_drums(notes, bars), bars),)
        elif any(number in pair for pair in pairs):
            staves = (_staff(rounded(notes, bars), bars, (TREBLE, BASS), True),)
        elif part.program not in _ONE_STAFF and needs_two_staves(notes, part.program in _PIANOS):
            staves = _grand_staff([rounded(hand, bars) for hand in split_hands(notes)], bars)
        else:
            is_choir = programs[part.program] >= _CHOIR_PARTS
            clefs = candidate_clefs(part.program, part.name, is_choir)
            staves = (_staff(rounded(notes, bars), bars, clefs, len(parts) == 1),)
        written.append(WrittenPart(number, part, name, staves))
    return written


def two_hand_parts(score: Score) -> list[tuple[int, int]]:
    """Neighbouring parts of one keyboard, a high and a low one: the hands of a player."""
    keyboards = [
        number
        for number, part in enumerate(score.parts)
        if part.program in _PIANOS and not part.is_drum and (score.notes["part"] == number).any()
    ]
    if len(keyboards) != 2 or keyboards[1] != keyboards[0] + 1:
        return []
    high, low = (score.notes["pitch"][score.notes["part"] == number] for number in keyboards)
    return [(keyboards[0], keyboards[1])] if high.mean() > low.mean() + 5 else []


def _grand_staff(hands: Sequence[np.ndarray], bars: Sequence[Bar]) -> tuple[Staff, ...]:
    """Staves of the notes of the right and the left hand."""
    right, left = hands
    return _staff(right, bars, (TREBLE, BASS), True), _staff(left, bars, (BASS, TREBLE), True)


def _staff(
    notes: np.ndarray, bars: Sequence[Bar], candidates: Sequence[Clef], may_change: bool
) -> Staff:
    voices = notated_chords(notes, bars)
    clefs = staff_clefs(voices, candidates, may_change)
    return Staff(voices, clefs, octave_shifts(voices, clefs))


def _drum_staff(notes: np.ndarray, bars: Sequence[Bar]) -> Staff:
    """A percussion staff: the hands' voices, then those of the feet."""
    by_foot = np.array([is_pedal(int(key)) for key in notes["pitch"]], dtype=bool)
    hands, feet = notated_chords(notes[~by_foot], bars), notated_chords(notes[by_foot], bars)
    voices = [
        {**upper, **{_MAX_VOICES_OF_HANDS + number: chords for number, chords in lower.items()}}
        for upper, lower in zip(hands, feet, strict=True)
    ]
    return Staff(voices, [PERCUSSION] * len(bars), [])
