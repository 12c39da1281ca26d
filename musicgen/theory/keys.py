"""Key finding by pitch-class durations; the same results as music21's `analyze("key")`.

Krumhansl and Schmuckler's algorithm: the durations of the pitch classes are correlated with the
profiles of the 24 keys. The weights are Aarden and Essen's, music21's default.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.score import Score
from musicgen.theory.pooled_notes import pooled_notes
from musicgen.theory.spelling import PITCH_CLASS_NAMES, SIGNS, fifths_name

MODES = ("major", "minor")
_MOST_SIGNS, _FIFTHS_OF_OCTAVE = 7, 12
# From David Huron's table of key profiles, https://extras.humdrum.org/man/keycor/
PROFILES = np.array(
    [
        [
            *(17.7661, 0.145624, 14.9265, 0.160186, 19.8049, 11.3587),
            *(0.291248, 22.062, 0.145624, 8.15494, 0.232998, 4.95122),
        ],
        [
            *(18.2648, 0.737619, 14.0499, 16.8599, 0.702494, 14.4362),
            *(0.702494, 18.6161, 4.56621, 1.93186, 7.37619, 1.75623),
        ],
    ]
)  # (2, 12) mode, semitones above the tonic


@dataclass(frozen=True)
class Key:
    """A key and its correlation with a piece."""

    tonic: int  # pitch class, 0 is C
    mode: str  # one of MODES
    correlation: float  # from -1 to 1

    @property
    def name(self) -> str:
        """Name in music21's spelling: `A- major`, `G# minor`."""
        tonic = "A-" if (self.tonic, self.mode) == (8, "major") else PITCH_CLASS_NAMES[self.tonic]
        return f"{tonic} {self.mode}"

    @property
    def signature(self) -> int:
        """Sharps of the key signature that it is written with: five flats, not seven sharps."""
        return self.sharps if self.sharps < _MOST_SIGNS else self.sharps - _FIFTHS_OF_OCTAVE

    @property
    def sharps(self) -> int:
        """Number of sharps of the key signature, negative for flats: 2 for D major."""
        letter, sign = self.name[0], self.name[1]
        altered = {"#": 7, "-": -7}.get(sign, 0)
        return "FCGDAEB".index(letter) - 1 + altered - (3 if self.mode == "minor" else 0)

    def __str__(self) -> str:
        """Name as it is written: `D♭ major`, which music21 calls C# major."""
        return signature_name(self.signature, self.mode == "minor")


def signature_name(sharps: int, is_minor: bool = False) -> str:
    """Key with a signature: `E♭ major` for -3 sharps."""
    letter, alteration = fifths_name(sharps + 3 * is_minor)
    return f"{letter}{SIGNS[alteration]} {MODES[is_minor]}"


KEYS_BY_NAME = {key.name: key for key in (Key(t, mode, 1.0) for t in range(12) for mode in MODES)}


def find_keys(scores: Sequence[Score], profiles: np.ndarray = PROFILES) -> list[Key | None]:
    """Find the key of each score; None for a score without notes. Drums do not count.

    profiles: weights of the semitones above the tonic by mode, (2, 12).
    """
    scores = [score.pitched for score in scores]
    durations = pitch_class_durations(scores)  # (P, 12)
    fits = _correlations(durations, _rotated(profiles))  # (P, 24)
    # Ties go to the last key, as in music21: the highest tonic, minor before major.
    best = fits.shape[1] - 1 - np.argmax(fits[:, ::-1], axis=1)
    return [
        Key(int(key) // 2, MODES[int(key) % 2], float(fit[key])) if len(score) else None
        for score, key, fit in zip(scores, best, fits, strict=True)
    ]


def pitch_class_durations(scores: Sequence[Score]) -> np.ndarray:
    """Total duration of each pitch class in each piece: (P, 12) ticks of each score."""
    notes, pieces = pooled_notes(scores)
    cells = pieces * 12 + notes["pitch"] % 12
    sums = np.bincount(cells, notes["duration"], minlength=12 * len(scores))
    return sums.reshape(len(scores), 12)


def _rotated(profiles: np.ndarray) -> np.ndarray:
    """Profiles of all keys by pitch class, C major, C minor, C sharp …: (2, 12) -> (24, 12)."""
    return np.stack([np.roll(profile, tonic) for tonic in range(12) for profile in profiles])


def _correlations(durations: np.ndarray, profiles: np.ndarray) -> np.ndarray:
    """Pearson's coefficients, 0 for constant rows: (P, 12), (24, 12) -> (P, 24)."""
    durations = durations - durations.mean(axis=1, keepdims=True)  # (P, 12)
    profiles = profiles - profiles.mean(axis=1, keepdims=True)  # (24, 12)
    norms = np.linalg.norm(durations, axis=1)[:, None] * np.linalg.norm(profiles, axis=1)
    return np.divide(durations @ profiles.T, norms, out=np.zeros_like(norms), where=norms > 0)
