"""Note values: durations that one note or rest can have."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from musicgen.metres import TICKS_PER_QUARTER

# As in MusicXML; the grid has no 64ths but in triplets.
_NAMES = ("breve", "whole", "half", "quarter", "eighth", "16th", "32nd")
_SHORT_NAMES = ("64th", "128th", "256th")
PLAIN = {TICKS_PER_QUARTER * 8 // 2**power: name for power, name in enumerate(_NAMES)}
_DOTTED = {ticks * 3 // 2: name for ticks, name in PLAIN.items() if ticks % 2 == 0}
# Three in the time of two; the last is a 64th, of which a quarter has 24.
_TRIPLETS = {ticks * 2 // 3: name for ticks, name in PLAIN.items() if ticks < 128} | {1: "64th"}
NOTE_VALUES = frozenset({*PLAIN, *_DOTTED, *_TRIPLETS})  # ticks
LONGEST_FIRST = sorted(NOTE_VALUES, reverse=True)
_FLAGS = {"eighth": 1, "16th": 2, "32nd": 3, "64th": 4, "128th": 5, "256th": 6}
# All plain values, also those that last no whole number of ticks.
NAME_OF_TICKS = {
    Fraction(TICKS_PER_QUARTER * 8, 2**power): name
    for power, name in enumerate((*_NAMES, *_SHORT_NAMES))
}


class NoteValue(NamedTuple):
    """A note value as it is written."""

    name: str  # of MusicXML, without dots
    is_dotted: bool = False
    actual: int = 1  # notes of a tuplet
    normal: int = 1  # in whose time they are

    @property
    def flags(self) -> int:
        """Number of flags or beams."""
        return _FLAGS.get(self.name, 0)

    @property
    def is_in_tuplet(self) -> bool:
        return self.actual != self.normal


def note_value(ticks: int) -> NoteValue:
    """The note value of a duration on the grid."""
    if is_triplet(ticks):
        return NoteValue(value_name(ticks), False, 3, 2)
    return NoteValue(value_name(ticks), is_dotted(ticks))


def value_name(ticks: int) -> str:
    """MusicXML's name of a note value without dots."""
    return PLAIN.get(ticks) or _DOTTED.get(ticks) or _TRIPLETS[ticks]


def is_dotted(ticks: int) -> bool:
    return ticks in _DOTTED


def is_triplet(ticks: int | Fraction) -> bool:
    return ticks in _TRIPLETS
