"""The keyboard as one part has it: its pitches and those of other parts, and sonorities."""

from __future__ import annotations

import numpy as np
from keras import ops

from musicgen.encoding.grid import KEYS, LOWEST_KEY
from musicgen.encoding.parts.given_features import CHORD_WIDTH
from musicgen.models.dimensions import NEIGHBOURS
from musicgen.models.tensors import Tensor


def on_keys(pitches: Tensor) -> Tensor:
    """1 at the key of each pitch: (B, T, n) int -> (B, T, KEYS, n); zeros for other values."""
    keys = np.arange(KEYS, dtype=np.int32)[:, None]
    return ops.cast(pitches[..., None, :] == keys, "float32")


def sonorities(remaining: Tensor, age: Tensor) -> Tensor:
    """Keys that sound, that were struck at this onset, and that sounded until it.

    (B, T, KEYS) twice -> (B, T, KEYS, 3) of 0 and 1.
    """
    sounds = remaining > 0
    struck = ops.logical_and(age <= 0, sounds)
    until = ops.logical_and(remaining >= 0, age > 0)
    return ops.cast(ops.stack([sounds, struck, until], axis=-1), "float32")


def classes_of(sonority: Tensor) -> Tensor:
    """1 at the keys of the pitch classes of a sonority: (B, T, KEYS, n) -> (B, T, KEYS, n)."""
    rows = ops.matmul(_SAME_CLASS, sonority)  # (B, T, KEYS, n)
    return ops.minimum(rows, 1.0)


def chord_tones(chords: Tensor) -> Tensor:
    """1 at the keys of the root and of the tones of the chord and of the next one.

    (B, T, 27) -> (B, T, KEYS, 4).
    """
    columns = []
    for first in (0, CHORD_WIDTH):
        root = chords[..., first : first + 1] == CLASS_OF_KEY.astype(np.float32)  # (B, T, KEYS)
        tones = ops.matmul(chords[..., first + 1 : first + CHORD_WIDTH], KEYS_TO_CLASSES.T)
        columns += [ops.cast(root, "float32"), ops.cast(tones, "float32")]
    return ops.stack(columns, axis=-1)


def lowest_key(sonority: Tensor) -> Tensor:
    """The lowest key that sounds, KEYS where none does: (B, T, KEYS, 3) -> (B, T) int."""
    keys = ops.where(sonority[..., 0] > 0, np.arange(KEYS, dtype=np.int32), np.int32(KEYS))
    return ops.min(keys, axis=-1)


def keys_of_class(pitch: Tensor) -> Tensor:
    """1 at the keys of a pitch's class: (B, T) int -> (B, T, KEYS, 1); zeros for KEYS and more."""
    same = ops.mod(pitch[..., None] + LOWEST_KEY, 12) == CLASS_OF_KEY.astype(np.int32)
    return ops.cast(ops.logical_and(same, pitch[..., None] < KEYS), "float32")[..., None]


def parallels(own: Tensor, voices: Tensor) -> Tensor:
    """1 at the keys that would make parallel fifths or octaves: (B, T, KEYS, 1).

    own: latest pitch of the part, (B, T). voices: (B, T, n, 4), of which those count that have
    moved at this onset.
    """
    now, before, age = voices[..., 0], voices[..., 1], voices[..., 3]
    interval = ops.mod(own[..., None] - before, 12)  # (B, T, n)
    is_perfect = ops.logical_or(interval == 0, interval == 7)
    is_new = ops.logical_and(now != before, age == 0)
    sound = ops.logical_and(ops.maximum(now, before) < KEYS, own[..., None] < KEYS)
    counts = ops.logical_and(ops.logical_and(is_perfect, is_new), sound)
    target = ops.where(counts, ops.mod(now + interval + LOWEST_KEY, 12), 12)
    classes = ops.cast(target[..., None] == np.arange(12, dtype=np.int32), "float32")
    marked = ops.matmul(ops.max(classes, axis=-2), KEYS_TO_CLASSES.T)  # (B, T, KEYS)
    others = own[..., None] != np.arange(KEYS, dtype=np.int32)
    return (marked * ops.cast(others, "float32"))[..., None]


def pitches_by_interval(played: Tensor, latest: Tensor) -> Tensor:
    """The latest pitch and the interval to each of n earlier steps; KEYS + 1 without a pitch.

    (B, T, n, 4), steps as `encoding/parts/played_steps.py` has them; (B, T, 1) -> (B, T, n).
    """
    now, before = played[..., 0], played[..., 3]
    pitch = latest + now - before
    sound = ops.maximum(ops.maximum(now, before), latest) < KEYS
    fits = ops.logical_and(pitch >= 0, pitch < KEYS)
    return ops.where(ops.logical_and(sound, fits), pitch, np.int32(KEYS + 1))


def near_keys(sonority: Tensor, key: Tensor) -> Tensor:
    """The sonorities around a key: (B, T, KEYS, n), (B, T) -> (B, T, 2 * NEIGHBOURS + 1, n)."""
    places = key[..., None] + np.arange(-NEIGHBOURS, NEIGHBOURS + 1, dtype=np.int32)
    one_hot = ops.cast(places[..., None] == np.arange(KEYS, dtype=np.int32), "float32")
    return ops.matmul(one_hot, sonority)


CLASS_OF_KEY = (np.arange(KEYS) + LOWEST_KEY) % 12
KEYS_TO_CLASSES = np.eye(12, dtype=np.float32)[CLASS_OF_KEY]  # (KEYS, 12)
_SAME_CLASS = (CLASS_OF_KEY[:, None] == CLASS_OF_KEY).astype(np.float32)  # (KEYS, KEYS)
