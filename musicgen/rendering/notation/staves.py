"""Parts of a score as staves: which notes, clefs and octave signs each staff has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

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
from musicgen.rendering.notation.hands import is_upper_hand, needs_two_staves
from musicgen.rendering.notation.legible import legible, legible_drums
from musicgen.rendering.notation.percussion import is_pedal
from musicgen.rendering.notation.tuplets.staff_notes import (
    ExactNotes,
    Rounding,
    StaffNotes,
    staff_notes,
)
from musicgen.rendering.part_names import part_names
from musicgen.score import Score
from musicgen.score_fields import Part

# General MIDI programs of one player on one staff: guitars, basses, strings, winds, fiddles.
_ONE_STAFF = frozenset([*range(24, 46), 47, *range(56, 80), *range(104, 112)])
_PIANOS = range(8)  # and harpsichords
_CHOIR_PARTS = 3  # of one program, from which on they are voices of a choir
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

    @property
    def has_tuplets(self) -> bool:
        """Whether it has times that are not on the grid."""
        chords = (
            chord
            for staff in self.staves
            for voices in staff.voices
            for of_voice in voices.values()
            for chord in of_voice
        )
        return any(chord.tuplet for chord in chords)


def written_parts(score: Score, exact: ExactNotes | None = None) -> list[WrittenPart]:
    """The parts of a score on the grid, as exact as it is; one empty part where there is none.

    exact: the notes with times beside the grid, which are written in tuplets.
    """
    return _written_parts(score, exact or ExactNotes(score.notes), _as_it_is, _as_it_is)


def printed_parts(score: Score, exact: ExactNotes | None = None) -> list[WrittenPart]:
    """The parts that have notes, their times rounded to what is easy to read."""
    parts = _written_parts(score, exact or ExactNotes(score.notes), legible, legible_drums)
    return [part for part in parts if (score.notes["part"] == part.number).any()] or parts[:1]


def _as_it_is(notes: np.ndarray, bars: Sequence[Bar]) -> np.ndarray:
    return notes


def _written_parts(
    score: Score, exact: ExactNotes, rounded: Rounding, rounded_drums: Rounding
) -> list[WrittenPart]:
    bars, pairs = written_bars(score), two_hand_parts(score)
    parts, names = score.parts or (Part(),), part_names(score) or [""]
    programs = Counter(part.program for part in parts if not part.is_drum)
    written = []
    for number, (part, name) in enumerate(zip(parts, names, strict=True)):
        notes = exact.of_part(number)
        on_grid = notes.on_grid
        if part.is_drum:
            if rounded_drums is not _as_it_is:
                notes = ExactNotes(rounded_drums(on_grid, bars))
            staves: tuple[Staff, ...] = (_drum_staff(notes, bars),)
        elif any(number in pair for pair in pairs):
            staves = (_staff(staff_notes(notes, bars, rounded), bars, (TREBLE, BASS), True),)
        elif part.program not in _ONE_STAFF and needs_two_staves(on_grid, part.program in _PIANOS):
            upper = is_upper_hand(on_grid)
            hands = (notes.selected(upper), notes.selected(~upper))
            staves = _grand_staff([staff_notes(hand, bars, rounded) for hand in hands], bars)
        else:
            is_choir = programs[part.program] >= _CHOIR_PARTS
            clefs = candidate_clefs(part.program, part.name, is_choir)
            is_alone = len(parts) == 1
            staves = (_staff(staff_notes(notes, bars, rounded), bars, clefs, is_alone),)
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


def _grand_staff(hands: Sequence[StaffNotes], bars: Sequence[Bar]) -> tuple[Staff, ...]:
    """Staves of the notes of the right and the left hand."""
    right, left = hands
    return _staff(right, bars, (TREBLE, BASS), True), _staff(left, bars, (BASS, TREBLE), True)


def _staff(
    notes: StaffNotes, bars: Sequence[Bar], candidates: Sequence[Clef], may_change: bool
) -> Staff:
    voices = notated_chords(notes.notes, bars, notes.parts, notes.tuplets)
    clefs = staff_clefs(voices, candidates, may_change)
    return Staff(voices, clefs, octave_shifts(voices, clefs))


def _drum_staff(notes: ExactNotes, bars: Sequence[Bar]) -> Staff:
    """A percussion staff: the hands' voices, then those of the feet."""
    by_foot = np.array([is_pedal(int(key)) for key in notes.notes["pitch"]], dtype=bool)
    limbs = (
        staff_notes(notes.selected(of_limbs), bars, _as_it_is) for of_limbs in (~by_foot, by_foot)
    )
    hands, feet = (notated_chords(limb.notes, bars, limb.parts, limb.tuplets) for limb in limbs)
    voices = [
        {**upper, **{_MAX_VOICES_OF_HANDS + number: chords for number, chords in lower.items()}}
        for upper, lower in zip(hands, feet, strict=True)
    ]
    return Staff(voices, [PERCUSSION] * len(bars), [])
