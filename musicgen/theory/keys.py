"""The key of a piece by its pitch classes: what music21's `analyze("key")` finds.

The durations of the pitch classes are correlated with the profiles of the 24 keys
(Krumhansl and Schmuckler's algorithm) in Aarden and Essen's weights, music21's choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.score import Score, pooled_notes
from musicgen.theory.spelling import PITCH_CLASS_NAMES

MODES = ("major", "minor")
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
)  # (2, 12) from the tonic up


@dataclass(frozen=True)
class Key:
    """A key and how well it fits."""

    tonic: int  # pitch class, 0 is C
    mode: str  # major or minor
    correlation: float  # from -1 to 1

    @property
    def name(self) -> str:
        """As music21 spells it: `A- major`, `G# minor`."""
        tonic = "A-" if (self.tonic, self.mode) == (8, "major") else PITCH_CLASS_NAMES[self.tonic]
        return f"{tonic} {self.mode}"

    @property
    def sharps(self) -> int:
        """Of its signature, negative for flats: 2 for D major, -7 for A flat minor."""
        letter, sign = self.name[0], self.name[1]
        altered = {"#": 7, "-": -7}.get(sign, 0)
        return "FCGDAEB".index(letter) - 1 + altered - (3 if self.mode == "minor" else 0)

    def __str__(self) -> str:
        return self.name.replace("-", " flat").replace("#", " sharp")


KEYS_BY_NAME = {key.name: key for key in (Key(t, mode, 1.0) for t in range(12) for mode in MODES)}


def find_keys(scores: Sequence[Score]) -> list[Key | None]:
    """The key of each score; None for one without notes."""
    durations = pitch_class_durations(scores)  # (P, 12)
    fits = _correlations(durations, _rotated_profiles())  # (P, 24)
    # Of keys that fit equally music21 takes the last: the highest tonic, minor before major.
    best = fits.shape[1] - 1 - np.argmax(fits[:, ::-1], axis=1)
    return [
        Key(int(key) // 2, MODES[int(key) % 2], float(fit[key])) if len(score) else None
        for score, key, fit in zip(scores, best, fits, strict=True)
    ]


def pitch_class_durations(scores: Sequence[Score]) -> np.ndarray:
    """For how many ticks each pitch class sounds in each piece: (P, 12)."""
    notes, pieces = pooled_notes(scores)
    cells = pieces * 12 + notes["pitch"] % 12
    sums = np.bincount(cells, notes["duration"], minlength=12 * len(scores))
    return sums.reshape(len(scores), 12)


def _rotated_profiles() -> np.ndarray:
    """The profile of each key by pitch class, C major, C minor, C sharp major...: (24, 12)."""
    return np.stack([np.roll(profile, tonic) for tonic in range(12) for profile in PROFILES])


def _correlations(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Pearson's coefficient of each row with each row; 0 where a row is constant."""
    some = some - some.mean(axis=1, keepdims=True)  # (P, 12)
    others = others - others.mean(axis=1, keepdims=True)  # (24, 12)
    norms = np.linalg.norm(some, axis=1)[:, None] * np.linalg.norm(others, axis=1)
    return np.divide(some @ others.T, norms, out=np.zeros_like(norms), where=norms > 0)
