"""Names of notes and chords, in music21's spelling of MIDI."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

LINE_OF_FIFTHS = "FCGDAEB"  # ascending; F is at position -1, C at 0
PITCH_CLASS_NAMES = ("C", "C#", "D", "E-", "E", "F", "F#", "G", "G#", "A", "B-", "B")


def pitch_name(pitch: int) -> str:
    """Name of a MIDI key number: 60 is C4, 70 is B-4 (B flat)."""
    return f"{PITCH_CLASS_NAMES[pitch % 12]}{pitch // 12 - 1}"


def written_pitch_name(pitch: int) -> str:
    """Name of a MIDI key number as musicians write it: 70 is Bb4."""
    return f"{PITCH_CLASS_NAMES[pitch % 12].replace('-', 'b')}{pitch // 12 - 1}"


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


# Position of a chord's note above its root on the line of fifths, by semitones: a third is a third.
_FIFTHS_ABOVE = {0: 0, 1: -5, 2: 2, 3: -3, 4: 4, 5: -1, 6: -6, 7: 1, 8: 8, 9: -9, 10: -2, 11: 5}
_ROOTS = range(-6, 12)  # G flat to E sharp
_CENTRE = 2  # D, in the middle of the naturals
EN_DASH = "\u2013"
SIGNS = {-2: "𝄫", -1: "♭", 0: "", 1: "♯", 2: "𝄪"}
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


def fifths_name(fifths: int) -> tuple[str, int]:
    """Letter and alteration in semitones at a position on the line of fifths, C being 0."""
    alteration, index = divmod(fifths + 1, len(LINE_OF_FIFTHS))
    return LINE_OF_FIFTHS[index], alteration


def chord_fifths(root: int, intervals: Iterable[int]) -> tuple[int, ...]:
    """Positions on the line of fifths, C being 0, of a chord's notes: D flat, F, A flat.

    root: pitch class. intervals: semitones above it, below 12. The root is named so that the notes
    have as few signs as can be.
    """
    steps = [_FIFTHS_ABOVE[interval] for interval in intervals]
    names = ([at + step for step in steps] for at in _ROOTS if at * 7 % 12 == root % 12)
    best = min(names, key=_distance)
    return tuple(best)


@lru_cache(maxsize=4096)
def describe_mask(mask: int) -> str:
    """Notes and name of a chord, from its pitch classes as bits: "C E G, C major triad".

    The root comes first if the chord has a name; otherwise the notes stand alone.
    """
    order = normal_order(mask)
    if len(order) == 1:
        return f"{_symbol(order[0])} in unison or octaves"
    if len(order) == 2:
        semitones = (order[1] - order[0]) % 12
        return f"{_symbols(chord_fifths(order[0], (0, semitones)))}, {_INTERVAL_NAMES[semitones]}"
    if named := _named_chord(order):
        fifths, name = named
        return f"{_symbols(fifths)}, {_symbols(fifths[:1])} {name}"
    return " ".join(map(_symbol, order))


def mask_notes(mask: int) -> str:
    """Notes of a chord, from its pitch classes as bits, as one word: E to G♯ is `E-G♯`."""
    notes = describe_mask(mask).partition(",")[0].split()
    return f"{notes[0]} 8ve" if len(normal_order(mask)) == 1 else EN_DASH.join(notes)


def _named_chord(order: Sequence[int]) -> tuple[tuple[int, ...], str] | None:
    """Positions on the line of fifths and name of a chord, the root first; None without a name.

    Where several of its notes may be the root, the one that gives the fewest signs is.
    """
    found = []
    for root in order:
        above = tuple(sorted((pitch_class - root) % 12 for pitch_class in order))
        if above in _CHORD_NAMES:
            found.append((chord_fifths(root, above), _CHORD_NAMES[above]))
    return min(found, key=lambda chord: _distance(chord[0]), default=None)


def _distance(fifths: Iterable[int]) -> int:
    """Distance of notes from the naturals on the line of fifths: the more, the more signs."""
    return sum(abs(position - _CENTRE) for position in fifths)


def _symbols(fifths: Iterable[int]) -> str:
    """Names by positions on the line of fifths: `E♭ G B♭`."""
    names = (fifths_name(position) for position in fifths)
    return " ".join(letter + SIGNS[alteration] for letter, alteration in names)


def _symbol(pitch_class: int) -> str:
    """Name of a pitch class alone: E♭ for E-, C♯ for C#."""
    return PITCH_CLASS_NAMES[pitch_class].replace("-", "♭").replace("#", "♯")
