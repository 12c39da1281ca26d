"""A span of a bar that is divided into equal units, and the note values in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from musicgen.rendering.notation.note_values import NAME_OF_TICKS, NoteValue

Ticks: TypeAlias = int | Fraction  # of the grid; fractions within tuplets
# Units that one note can have, and of how many of them its value without a dot is.
_UNITS_WITHOUT_DOT = {16: 16, 12: 8, 8: 8, 6: 4, 4: 4, 3: 2, 2: 2, 1: 1}  # longest first


@dataclass(frozen=True)
class Tuplet:
    """Units of one note value in a span of a bar: five 16ths in the time of four."""

    position: int  # ticks from the beginning of the bar, or of the full bar that a pickup ends
    ticks: int  # of the span
    units: int
    normal: int  # units of the plain value that fill the span; as many as `units` in no tuplet

    @property
    def end(self) -> int:
        return self.position + self.ticks

    @property
    def unit(self) -> Fraction:
        """Ticks of a unit."""
        return Fraction(self.ticks, self.units)

    def value(self, ticks: Ticks) -> NoteValue:
        """The note value of a piece."""
        count = int(ticks / self.unit)
        plain = _UNITS_WITHOUT_DOT[count]
        name = NAME_OF_TICKS[Fraction(self.ticks * plain, self.normal)]
        return NoteValue(name, plain != count, self.units, self.normal)

    def pieces(self, start: Ticks, end: Ticks) -> Iterator[tuple[Ticks, Ticks]]:
        """Position and ticks of the note values of a time within the span."""
        count = int((end - start) / self.unit)
        while count:
            units = next(units for units in _UNITS_WITHOUT_DOT if units <= count)
            yield start, to_ticks(units * self.unit)
            start, count = to_ticks(start + units * self.unit), count - units


def to_ticks(ticks: Ticks) -> Ticks:
    """The same number, an integer where it is whole."""
    return ticks.numerator if ticks.denominator == 1 else ticks


def split_by_tuplets(
    position: Ticks,
    ticks: Ticks,
    tuplets: Sequence[Tuplet],
    split: Callable[[int, int], Iterator[tuple[int, int]]],
) -> Iterator[tuple[Ticks, Ticks, Tuplet | None]]:
    """Position and ticks of note values, and the tuplet that each is in.

    tuplets: those of the bar, in order. split: divides what is on the grid, outside of them.
    """
    end = position + ticks
    place: Ticks
    length: Ticks
    for tuplet in tuplets:
        if tuplet.end <= position or tuplet.position >= end:
            continue
        if position < tuplet.position:
            for place, length in split(int(position), int(tuplet.position - position)):
                yield place, length, None
            position = tuplet.position
        stop = min(end, tuplet.end)
        for place, length in tuplet.pieces(position, stop):
            yield place, length, tuplet
        position = stop
    if position < end:
        for place, length in split(int(position), int(end - position)):
            yield place, length, None
