"""Bars of a MusicXML part, as written, and the parts that their notes belong to."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from musicgen.corpus.readers.written_score import WrittenNote
from musicgen.score_fields import Part

Ticks: TypeAlias = int | Fraction  # fractions where a file's divisions do not fit the resolution


class Mark(NamedTuple):
    """A tempo, key or pedal change at a place in a bar."""

    start: Ticks  # from the start of the bar
    tempo: float | None = None  # quarters a minute, as metronome mark
    sound_tempo: float | None = None  # quarters a minute, as played; counts before `tempo`
    key: tuple[int, bool] | None = None  # fifths as they sound, is_minor
    pedal: str = ""  # start, stop or change
    pedal_value: int | None = None  # 0 to 127, of a change that is played


@dataclass
class Bar:
    """A bar of one part; times count from its start."""

    signature: tuple[int, int]  # numerator and denominator; 0 if there is none
    has_signature: bool = True  # False as long as its part says no time signature
    is_implicit: bool = False  # not counted: a pickup or a part of a bar
    notes: list[WrittenNote] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    length: Ticks = 0  # up to the end of all that is written
    sounding_length: Ticks = 0  # up to the end of the last note
    ending_starts: int | None = None  # first number of an ending that starts here
    ending_stops: bool = False
    repeats: bool = False  # whether its end leads back to an earlier bar


@dataclass(frozen=True)
class PartKey:
    """What makes notes of one score part into a part of their own."""

    track: int
    is_drum: bool
    staff: int  # from 1
    name: str
    program: int


class PartTable:
    """Numbers of the parts that occur, in order of occurrence."""

    def __init__(self) -> None:
        self.keys: list[PartKey] = []
        self._numbers: dict[PartKey, int] = {}

    def number(self, key: PartKey) -> int:
        """The number of a part; a new one at its first note."""
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.keys)
            self.keys.append(key)
        return number

    def in_order(self) -> tuple[list[Part], list[int]]:
        """The parts in the order of the score, and the new number of each old one."""
        order = sorted(
            range(len(self.keys)),
            key=lambda i: (self.keys[i].track, self.keys[i].is_drum, self.keys[i].staff, i),
        )
        parts = [
            Part(key.name, key.program, key.is_drum, key.track)
            for key in (self.keys[number] for number in order)
        ]
        new_numbers = [0] * len(order)
        for new, old in enumerate(order):
            new_numbers[old] = new
        return parts, new_numbers
