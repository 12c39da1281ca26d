"""Keys and scales by name: `D minor` and the like, as pitch classes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from musicgen.theory.keys import MODES, PROFILES

TONICS: Mapping[str, int] = {
    "C": 0, "C#": 1, "Db": 1, "D": 2, "D#": 3, "Eb": 3, "E": 4, "F": 5, "F#": 6, "Gb": 6,
    "G": 7, "G#": 8, "Ab": 8, "A": 9, "A#": 10, "Bb": 10, "B": 11,
}  # fmt: skip

# Semitones above the tonic. Minor is the natural scale and its leading tone.
SCALES: Mapping[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "pentatonic": (0, 2, 4, 7, 9),
    "blues": (0, 3, 5, 6, 7, 10),
}


def pitch_classes(key: str) -> frozenset[int]:
    """The pitch classes of a key such as `Eb major`; ValueError where it is not one."""
    tonic, scale = _parts(key)
    return frozenset((tonic + step) % 12 for step in SCALES[scale])


def tonic_of(key: str) -> int:
    """The pitch class of a key's tonic; ValueError where it is not one."""
    return _parts(key)[0]


def tonic_triad(key: str) -> frozenset[int]:
    """The pitch classes of the chord on a key's tonic; ValueError where it is not a key.

    Its third is the scale's own, minor where that has both.
    """
    tonic, scale = _parts(key)
    third = 3 if 3 in SCALES[scale] else 4
    return frozenset((tonic + step) % 12 for step in (0, third, 7))


def relative_key_log_ratio(key: str) -> np.ndarray:
    """How much more each pitch class (12,) says this key than its relative one, in nats.

    The two share their notes, so that a piece held to the notes of D minor may well be in
    F major. 0 for scales other than major and minor.
    """
    tonic, scale = _parts(key)
    if scale not in MODES:
        return np.zeros(12)
    other, away = ("minor", 9) if scale == "major" else ("major", 3)
    own, relative = PROFILES[MODES.index(scale)], PROFILES[MODES.index(other)]
    return np.log(np.roll(own, tonic) / np.roll(relative, (tonic + away) % 12))


def _parts(key: str) -> tuple[int, str]:
    """The tonic's pitch class and the scale's name."""
    tonic, _, scale = key.strip().partition(" ")
    tonic, scale = tonic[:1].upper() + tonic[1:], scale.strip().lower()
    if tonic not in TONICS or scale not in SCALES:
        raise ValueError(
            f"'{key[:40]}' is not a key: write a tonic ({', '.join(TONICS)}) and a scale "
            f"({', '.join(SCALES)}), such as 'D minor'"
        )
    return TONICS[tonic], scale
