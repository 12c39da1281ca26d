"""Names of notes and chords, as music21 spells what it reads from MIDI."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

PITCH_CLASS_NAMES = ("C", "C#", "D", "E-", "E", "F", "F#", "G", "G#", "A", "B-", "B")


def pitch_name(pitch: int) -> str:
    """The name of a MIDI key number: 60 is C4, 70 is B-4 (B flat)."""
    return f"{PITCH_CLASS_NAMES[pitch % 12]}{pitch // 12 - 1}"


def chord_name(pitches: Iterable[int]) -> str:
    """The normal order of the pitches, joined by dots: A minor in any voicing is 9.0.4."""
    return mask_name(pitch_class_mask(pitches))


def pitch_class_mask(pitches: Iterable[int]) -> int:
    """The pitch classes as bits: bit 0 is C, bit 11 is B."""
    mask = 0
    for pitch in pitches:
        mask |= 1 << pitch % 12
    return mask


@lru_cache(maxsize=4096)
def mask_name(mask: int) -> str:
    """The same for pitch classes as bits."""
    return ".".join(map(str, normal_order(mask)))


def normal_order(mask: int) -> tuple[int, ...]:
    """The rotation of the pitch classes that spans least, then is packed to its beginning.

    Forte's rule (The Structure of Atonal Music, 1973): of the rotations with the smallest
    span, the one whose intervals from its first note are smallest, the first interval first;
    of equal ones the one that begins lowest. The same as music21's for every set.
    """
    if not mask:
        return ()
    classes = [pitch_class for pitch_class in range(12) if mask >> pitch_class & 1]
    intervals = []
    for lowest in classes:
        above = sorted((pitch_class - lowest) % 12 for pitch_class in classes)
        intervals.append((above[-1], above, lowest))
    _, above, lowest = min(intervals)
    return tuple((lowest + interval) % 12 for interval in above)
