"""The chords that the chord finder knows and that can be typed: their notes and their symbols."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musicgen.theory.spelling import chord_fifths, fifths_name

QUALITIES = {  # semitones above the root
    "major": (0, 4, 7),
    "minor": (0, 3, 7),
    "diminished": (0, 3, 6),
    "augmented": (0, 4, 8),
    "dominant seventh": (0, 4, 7, 10),
    "major seventh": (0, 4, 7, 11),
    "minor seventh": (0, 3, 7, 10),
    "half-diminished seventh": (0, 3, 6, 10),
    "diminished seventh": (0, 3, 6, 9),
    "suspended fourth": (0, 5, 7),
}
QUALITY_NAMES = tuple(QUALITIES)
SUFFIXES = ("", "m", "dim", "aug", "7", "maj7", "m7", "m7b5", "dim7", "sus4")  # of the symbols
NONE = -1  # no chord: its root, quality and bass
NO_CHORD_SYMBOL = "N.C."


def chord_mask(root: int, quality: int) -> int:
    """Pitch classes of a chord as bits, bit 0 is C; `quality` is an index in QUALITY_NAMES."""
    return sum(1 << (root + interval) % 12 for interval in QUALITIES[QUALITY_NAMES[quality]])


# Pitch classes as bits by root and quality; the last row and column, index NONE, are 0: (13, 11).
CHORD_MASKS = np.zeros((13, len(QUALITIES) + 1), np.int16)
CHORD_MASKS[:12, :-1] = [[chord_mask(r, q) for q in range(len(QUALITIES))] for r in range(12)]


@dataclass(frozen=True)
class Chord:
    """A chord of the vocabulary; no chord if the root is NONE and the mask 0."""

    root: int  # pitch class, 0 is C, or NONE
    mask: int  # pitch classes as bits, bit 0 is C
    bass: int  # pitch class of the lowest note, the root unless another is asked for, or NONE

    @property
    def symbol(self) -> str:
        """Symbol, with the bass where it is not the root: `C/E`."""
        slash = f"/{_bass_name(self.bass, self.root, self.mask)}" if self.bass != self.root else ""
        return chord_symbol(self.root, self.mask) + slash


NO_CHORD = Chord(NONE, 0, NONE)


def chord_of(root: int, quality: int, bass: int | None = None) -> Chord:
    """A chord from its root, its index in QUALITY_NAMES and its bass, the root if None."""
    return Chord(root, chord_mask(root, quality), root if bass is None else bass)


def quality_of(root: int, mask: int) -> int:
    """Index in QUALITY_NAMES of a chord, NONE for no chord; ValueError if it is none of them."""
    if root == NONE and mask == 0:
        return NONE
    if 0 <= root < 12 and mask:
        for quality in range(len(QUALITIES)):
            if chord_mask(root, quality) == mask:
                return quality
    raise ValueError(f"no chord of the vocabulary has root {root} and pitch classes {mask:012b}")


def chord_symbol(root: int, mask: int) -> str:
    """Symbol of a chord, which `parse_progression` reads: `Am7`, `F#dim`, `N.C.` for no chord.

    root: pitch class or NONE. mask: pitch classes as bits. ValueError if it is not of QUALITIES.
    """
    quality = quality_of(root, mask)
    if quality == NONE:
        return NO_CHORD_SYMBOL
    root_fifths, *_ = chord_fifths(root, QUALITIES[QUALITY_NAMES[quality]])
    return _name(root_fifths) + SUFFIXES[quality]


def _bass_name(bass: int, root: int, mask: int) -> str:
    """Name of a bass in a chord symbol: that of the chord's note, if it is one."""
    quality = quality_of(root, mask)
    intervals = () if quality == NONE else QUALITIES[QUALITY_NAMES[quality]]
    if (above := (bass - root) % 12) in intervals:
        return _name(chord_fifths(root, intervals)[intervals.index(above)])
    return _name(*chord_fifths(bass, (0,)))


def _name(fifths: int) -> str:
    letter, alteration = fifths_name(fifths)
    return letter + "#" * alteration + "b" * -alteration
