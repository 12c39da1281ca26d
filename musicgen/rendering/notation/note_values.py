"""Note values: durations that one note or rest can have."""

from __future__ import annotations

from musicgen.metres import TICKS_PER_QUARTER

_NAMES = ("breve", "whole", "half", "quarter", "eighth", "16th", "32nd")  # as in MusicXML
PLAIN = {TICKS_PER_QUARTER * 8 // 2**power: name for power, name in enumerate(_NAMES)}
_DOTTED = {ticks * 3 // 2: name for ticks, name in PLAIN.items() if ticks % 2 == 0}
# Three in the time of two; the last is a 64th, of which a quarter has 24.
_TRIPLETS = {ticks * 2 // 3: name for ticks, name in PLAIN.items() if ticks < 128} | {1: "64th"}
NOTE_VALUES = frozenset({*PLAIN, *_DOTTED, *_TRIPLETS})  # ticks
LONGEST_FIRST = sorted(NOTE_VALUES, reverse=True)
_FLAGS = {"eighth": 1, "16th": 2, "32nd": 3, "64th": 4}


def value_name(ticks: int) -> str:
    """MusicXML's name of a note value without dots."""
    return PLAIN.get(ticks) or _DOTTED.get(ticks) or _TRIPLETS[ticks]


def is_dotted(ticks: int) -> bool:
    return ticks in _DOTTED


def is_triplet(ticks: int) -> bool:
    return ticks in _TRIPLETS


def flags(ticks: int) -> int:
    """Number of flags or beams of a note value."""
    return _FLAGS.get(value_name(ticks), 0)
