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


_CHORD_NAMES = {  # by the semitones above the root
    (0, 4, 7): "major triad",
    (0, 3, 7): "minor triad",
    (0, 3, 6): "diminished triad",
    (0, 4, 8): "augmented triad",
    (0, 5, 7): "suspended fourth",
    (0, 4, 7, 10): "dominant seventh",
    (0, 4, 7, 11): "major seventh",
    (0, 3, 7, 10): "minor seventh",
    (0, 3, 6, 10): "half-diminished seventh",
    (0, 3, 6, 9): "diminished seventh",
}
_INTERVAL_NAMES = {
    1: "minor second",
    2: "major second",
    3: "minor third",
    4: "major third",
    5: "fourth",
    6: "tritone",
}


@lru_cache(maxsize=4096)
def describe_mask(mask: int) -> str:
    """What a musician calls pitch classes as bits: C, E and G are "C E G, C major triad".

    Without a name where the set has no usual one; the root comes first where it has.
    """
    order = normal_order(mask)
    if len(order) == 1:
        return f"{_written(order[0])} in unison or octaves"
    if len(order) == 2:
        return f"{_all_written(order)}, {_INTERVAL_NAMES[(order[1] - order[0]) % 12]}"
    for root in order:
        above = tuple(sorted((each - root) % 12 for each in order))
        if above in _CHORD_NAMES:
            classes = [(root + interval) % 12 for interval in above]
            return f"{_all_written(classes)}, {_written(root)} {_CHORD_NAMES[above]}"
    return _all_written(order)


def _all_written(classes: Iterable[int]) -> str:
    return " ".join(map(_written, classes))


def _written(pitch_class: int) -> str:
    """With the sign that a musician writes: E- is E♭."""
    return PITCH_CLASS_NAMES[pitch_class].replace("-", "♭")
