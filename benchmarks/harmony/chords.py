"""Names of chords from pitch-class sets, and the chords at the beats of a piece.

A chord is a set of pitch classes that is a triad (major, minor, diminished, augmented) or a seventh
chord (dominant, major, minor, half-diminished, diminished, minor with a major seventh), complete
and with nothing else. Its root is that of its thirds; chords of equal intervals (augmented,
diminished seventh) have no root of their own and take the bass. Six-five chords and added sixths
are one set, and count as the seventh chord.

Beats are those of the metre: three 8ths or 16ths in 6/8, 9/8, 12/16 and the like, one unit in any
other metre. In a performance, which has no metre, they are half a second apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from musicgen.metres import Metre
from musicgen.score import Score

# Semitones above the root. Triads first.
QUALITIES = {
    "major": (0, 4, 7),
    "minor": (0, 3, 7),
    "diminished": (0, 3, 6),
    "augmented": (0, 4, 8),
    "dominant seventh": (0, 4, 7, 10),
    "major seventh": (0, 4, 7, 11),
    "minor seventh": (0, 3, 7, 10),
    "half-diminished seventh": (0, 3, 6, 10),
    "diminished seventh": (0, 3, 6, 9),
    "minor-major seventh": (0, 3, 7, 11),
}
MAJOR, MINOR, DIMINISHED, AUGMENTED, DOMINANT_SEVENTH = range(5)
FIRST_SEVENTH = DOMINANT_SEVENTH
DIMINISHED_SEVENTH = list(QUALITIES).index("diminished seventh")
ROOTLESS = (AUGMENTED, DIMINISHED_SEVENTH)
NONE = -1  # no chord, no root, no bass


def _chord_table() -> np.ndarray:
    """Quality and root of each set of pitch classes, NONE where it is no chord: (4096, 2)."""
    table = np.full((1 << 12, 2), NONE)
    for quality, intervals in enumerate(QUALITIES.values()):
        for root in range(12):
            mask = sum(1 << (root + interval) % 12 for interval in intervals)
            table[mask] = quality, root
    return table


_CHORDS = _chord_table()


def name_chords(masks: np.ndarray, bass: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Quality and root of sets of pitch classes, NONE where they are no chord.

    masks: pitch classes as bits (B,). bass: pitch class of the lowest note (B,).
    Returns indices in QUALITIES (B,), and pitch classes (B,).
    """
    quality, root = _CHORDS[masks].T
    return quality, np.where(np.isin(quality, ROOTLESS), bass, root)


@dataclass(frozen=True, eq=False)
class Chords:
    """What sounds at B moments of a piece, in order."""

    ticks: np.ndarray  # (B,)
    sounding: np.ndarray  # (B, 128) bool

    @cached_property
    def sounds(self) -> np.ndarray:
        """Whether anything sounds: (B,) bool."""
        return np.asarray(self.sounding.any(axis=1))

    @cached_property
    def masks(self) -> np.ndarray:
        """Pitch classes as bits: (B,)."""
        return self._classes @ (1 << np.arange(12))

    @cached_property
    def sizes(self) -> np.ndarray:
        """Number of pitch classes: (B,)."""
        return self._classes.sum(axis=1)

    @cached_property
    def lowest(self) -> np.ndarray:
        """Lowest pitch, NONE where nothing sounds: (B,)."""
        return np.where(self.sounds, self.sounding.argmax(axis=1), NONE)

    @cached_property
    def highest(self) -> np.ndarray:
        """Highest pitch, NONE where nothing sounds: (B,)."""
        return np.where(self.sounds, 127 - self.sounding[:, ::-1].argmax(axis=1), NONE)

    @cached_property
    def bass(self) -> np.ndarray:
        """Pitch class of the lowest pitch, NONE where nothing sounds: (B,)."""
        return np.where(self.sounds, self.lowest % 12, NONE)

    @property
    def quality(self) -> np.ndarray:
        """Index in QUALITIES, NONE where the pitches are no chord: (B,)."""
        return self._names[0]

    @property
    def root(self) -> np.ndarray:
        """Pitch class of the root, NONE where the pitches are no chord: (B,)."""
        return self._names[1]

    @cached_property
    def _names(self) -> tuple[np.ndarray, np.ndarray]:
        return name_chords(self.masks, self.bass)

    @cached_property
    def _classes(self) -> np.ndarray:
        """Pitch classes that sound: (B, 12) bool."""
        octaves = np.pad(self.sounding, ((0, 0), (0, 4))).reshape(-1, 11, 12)
        return np.asarray(octaves.any(axis=1))


def chords_at_beats(score: Score) -> Chords:
    """What sounds at each beat, from the first up to the last onset."""
    ticks = beat_ticks(score)
    return Chords(ticks, sounding_at(score.notes, ticks))


def chords_at_onsets(score: Score) -> Chords:
    """What sounds each time that a note begins."""
    ticks = np.unique(score.notes["start"]).astype(np.int64)
    return Chords(ticks, sounding_at(score.notes, ticks))


def sounding_at(notes: np.ndarray, ticks: np.ndarray) -> np.ndarray:
    """Pitches that sound at ticks, which rise: (N,) NOTE_DTYPE, (B,) -> (B, 128) bool."""
    changes = np.zeros((len(ticks) + 1, 128), np.int32)
    np.add.at(changes, (np.searchsorted(ticks, notes["start"]), notes["pitch"]), 1)
    ends = notes["start"] + notes["duration"]
    np.add.at(changes, (np.searchsorted(ticks, ends), notes["pitch"]), -1)
    return np.asarray(np.cumsum(changes, axis=0)[:-1] > 0)


def beat_ticks(score: Score) -> np.ndarray:
    """Ticks of the beats from the first bar line up to the last onset: (B,)."""
    if not len(score):
        return np.zeros(0, np.int64)
    last = int(score.notes["start"].max())
    if score.is_performance:
        return np.arange(0, last + 1, score.resolution)
    stops = [*(metre.start for metre in score.metres[1:]), last + 1]
    spans = [
        np.arange(metre.start, min(stop, last + 1), beat_length(metre, score.resolution))
        for metre, stop in zip(score.metres, stops, strict=True)
    ]
    return np.concatenate(spans)


def beat_length(metre: Metre, resolution: int) -> int:
    """Ticks of a beat: a quarter in 4/4, a dotted quarter in 6/8."""
    is_compound = metre.denominator >= 8 and metre.numerator % 3 == 0 and metre.numerator > 3
    return max(1, 4 * resolution * (3 if is_compound else 1) // metre.denominator)
