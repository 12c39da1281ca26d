"""Names of notes and chords, in music21's spelling of MIDI."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

PITCH_CLASS_NAMES = ("C", "C#", "D", "E-", "E", "F", "F#", "G", "G#", "A", "B-", "B")


def pitch_name(pitch: int) -> str:
    """Name of a MIDI key number: 60 is C4, 70 is B-4 (B flat)."""
    return f"{PITCH_CLASS_NAMES[pitch % 12]}{pitch // 12 - 1}"


def chord_name(pitches: Iterable[int]) -> str:
    """Normal order of the pitches, joined by dots: A minor in any voicing is 9.0.4."""
    return mask_name(pitch_class_mask(pitches))


def pitch_class_mask(pitches: Iterable[int]) -> int:
    """Pitch classes as bits: bit 0 is C, bit 11 is B."""
    mask = 0
    for pitch in pitches:
        mask |= 1 << pitch % 12
    return mask


@lru_cache(maxsize=4096)
def mask_name(mask: int) -> str:
    """Name of a chord, as `chord_name`, from its pitch classes as bits."""
    return ".".join(map(str, normal_order(mask)))


def normal_order(mask: int) -> tuple[int, ...]:
    """Normal order of pitch classes as bits: the most compact rotation.

    Forte's rule (The Structure of Atonal Music, 1973): of the rotations with the smallest span,
    the one with the smallest intervals from its first note, compared in order; of equal ones, the
    one that begins lowest. The same as music21's for all sets.
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
    """Notes and name of a chord, from its pitch classes as bits: "C E G, C major triad".

    The root comes first if the chord has a name; otherwise the notes stand alone.
    """
    order = normal_order(mask)
    if len(order) == 1:
        return f"{_symbol(order[0])} in unison or octaves"
    if len(order) == 2:
        return f"{_symbols(order)}, {_INTERVAL_NAMES[(order[1] - order[0]) % 12]}"
    for root in order:
        above = tuple(sorted((pitch_class - root) % 12 for pitch_class in order))
        if above in _CHORD_NAMES:
            classes = [(root + interval) % 12 for interval in above]
            return f"{_symbols(classes)}, {_symbol(root)} {_CHORD_NAMES[above]}"
    return _symbols(order)


def _symbols(classes: Iterable[int]) -> str:
    return " ".join(map(_symbol, classes))


def _symbol(pitch_class: int) -> str:
    """Name with a flat sign: E♭ for E-."""
    return PITCH_CLASS_NAMES[pitch_class].replace("-", "♭")
