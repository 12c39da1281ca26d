"""Pitch classes of keys and scales by name, such as `D minor`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from musicgen.errors import InvalidSetting
from musicgen.theory.keys import MODES, PROFILES
from musicgen.theory.spelling import LINE_OF_FIFTHS

TONICS: Mapping[str, int] = {
    "C": 0, "C#": 1, "Db": 1, "D": 2, "D#": 3, "Eb": 3, "E": 4, "F": 5, "F#": 6, "Gb": 6,
    "G": 7, "G#": 8, "Ab": 8, "A": 9, "A#": 10, "Bb": 10, "B": 11,
}  # fmt: skip

# Of names with as many signs.
_TONIC_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

# Semitones above the tonic. Minor is the natural scale plus the leading tone.
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


# Sharps of a scale's key signature, less those of the major scale on the same tonic.
_SHARPS_FROM_MAJOR = {
    "major": 0, "minor": -3, "dorian": -2, "phrygian": -4, "lydian": 1, "mixolydian": -1,
    "pentatonic": 0, "blues": -3,
}  # fmt: skip


def pitch_classes(key: str) -> frozenset[int]:
    """Pitch classes of a key such as `Eb major`; raises InvalidSetting."""
    tonic, scale = _parts(key)
    return frozenset((tonic + step) % 12 for step in SCALES[scale])


def tonic_of(key: str) -> int:
    """Pitch class of a key's tonic; raises InvalidSetting."""
    return _parts(key)[0]


def transpose_key(key: str, semitones: int) -> str:
    """Name of a key moved by semitones, with the fewest signs; raises InvalidSetting."""
    tonic, scale = _parts(key)
    names = (name for name, other in TONICS.items() if other == (tonic + semitones) % 12)
    tonic_name = min(names, key=lambda name: (abs(_sharps(name, scale)), name not in _TONIC_NAMES))
    return f"{tonic_name} {scale}"


def written_key(key: str) -> str:
    """Name of the same key with the fewest signs: `Db major` for `C# major`.

    Raises InvalidSetting.
    """
    return transpose_key(key, 0)


def key_sharps(key: str) -> int:
    """Sharps of a key's signature, negative for flats: D minor has -1; raises InvalidSetting."""
    _parts(key)
    tonic, scale = key.split()
    return _sharps(tonic[:1].upper() + tonic[1:], scale.lower())


def _sharps(tonic: str, scale: str) -> int:
    signs = {"#": 7, "b": -7}.get(tonic[1:], 0)
    return LINE_OF_FIFTHS.index(tonic[0]) - 1 + signs + _SHARPS_FROM_MAJOR[scale]


def tonic_triad(key: str) -> frozenset[int]:
    """Pitch classes of the triad on a key's tonic; raises InvalidSetting.

    The third is that of the scale, the minor one if it has both.
    """
    tonic, scale = _parts(key)
    third = 3 if 3 in SCALES[scale] else 4
    return frozenset((tonic + step) % 12 for step in (0, third, 7))


def relative_key_log_ratio(key: str) -> np.ndarray:
    """Log ratio of a key's profile to its relative key's, by pitch class: (12,) nats.

    Relative keys have the same notes, so that a piece with the notes of D minor may be in
    F major. All 0 for scales other than major and minor. Raises InvalidSetting.
    """
    tonic, scale = _parts(key)
    if scale not in MODES:
        return np.zeros(12)
    mode, semitones = ("minor", 9) if scale == "major" else ("major", 3)
    own, relative = PROFILES[MODES.index(scale)], PROFILES[MODES.index(mode)]
    return np.log(np.roll(own, tonic) / np.roll(relative, (tonic + semitones) % 12))


def _parts(key: str) -> tuple[int, str]:
    """Pitch class of the tonic, and name of the scale; raises InvalidSetting."""
    tonic, _, scale = key.strip().partition(" ")
    tonic, scale = tonic[:1].upper() + tonic[1:], scale.strip().lower()
    if tonic not in TONICS or scale not in SCALES:
        raise InvalidSetting(
            f"'{key[:40]}' is not a key: write a tonic ({', '.join(TONICS)}) and a scale "
            f"({', '.join(SCALES)}), such as 'D minor'"
        )
    return TONICS[tonic], scale
