"""Embeddings of `parts`: roles, intervals, degrees of the scale of a given key."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import layers, ops

from musicgen.encoding.grid import KEYS, LOWEST_KEY
from musicgen.encoding.parts.features import DRUMS
from musicgen.encoding.parts.roles import MAX_PARTS, UNKNOWN_KEY
from musicgen.models.dimensions import (
    DEGREE_DIM,
    INTERVAL_DIM,
    MAX_INTERVAL,
    PLACE_DIM,
    PROGRAM_DIM,
)
from musicgen.models.feature_encoders.part_keyboard import CLASS_OF_KEY, KEYS_TO_CLASSES
from musicgen.models.reshape import merge_last_axes
from musicgen.models.tensors import Tensor


class IntervalEmbedding(layers.Embedding):
    """Intervals between pitches; a vector of its own where one of them is none."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(2 * MAX_INTERVAL + 2, INTERVAL_DIM, **arguments)

    def call(self, pitches: Tensor, origin: Tensor) -> Tensor:
        """(..., n) and (..., 1) int -> (..., n, INTERVAL_DIM)."""
        semitones = ops.clip(pitches - origin, -MAX_INTERVAL, MAX_INTERVAL) + MAX_INTERVAL
        none = ops.logical_or(pitches >= KEYS, origin >= KEYS)
        return super().call(ops.where(none, 2 * MAX_INTERVAL + 1, semitones))


class RoleEmbedding(layers.Layer):
    """What a part is: (..., 6) and its latest pitch (...) -> (..., ROLE_DIM)."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(autocast=False, **arguments)
        self.program = layers.Embedding(DRUMS + 1, PROGRAM_DIM, name="program")
        self.place = layers.Embedding(MAX_PARTS, PLACE_DIM, name="place")
        self.count = layers.Embedding(MAX_PARTS + 1, PLACE_DIM, name="count")

    def build(self, part_shape: Any, pitch_shape: Any = None) -> None:
        for layer in (self.program, self.place, self.count):
            layer.build(None)

    def call(self, part: Tensor, pitch: Tensor) -> Tensor:
        values = ops.cast(part, "int32")
        register = (part[..., 3] - 60.0) / 12.0
        latest = ops.cast(pitch, "float32") + (LOWEST_KEY - 60.0)
        above = ops.where(pitch < KEYS, latest / 12.0 - register, 0.0)
        floats = ops.stack([register, above, part[..., 4], part[..., 5]], axis=-1)
        vectors = [
            self.place(values[..., 0]),
            self.count(values[..., 1]),
            self.program(values[..., 2]),
        ]
        return ops.concatenate([*(ops.cast(v, "float32") for v in vectors), floats], axis=-1)


def intervals_above(sonority: Tensor, pitch: Tensor) -> Tensor:
    """Semitones from a pitch up to the pitch classes of sonorities; zeros for KEYS and more.

    (..., KEYS, n), (...) int -> (..., n * 12) of 0 and 1.
    """
    classes = ops.matmul(np.ascontiguousarray(KEYS_TO_CLASSES.T), sonority)  # (..., 12, n)
    rows = ops.minimum(ops.swapaxes(classes, -1, -2), 1.0)
    return merge_last_axes(ops.matmul(rows, ops.take(ROTATIONS, root_of(pitch), axis=0)))


def root_of(pitch: Tensor) -> Tensor:
    """The pitch class of a key, UNKNOWN_KEY for KEYS and more: (...) int -> (...) int."""
    return ops.where(pitch < KEYS, ops.mod(pitch + LOWEST_KEY, 12), UNKNOWN_KEY)


class DegreeEmbedding(layers.Embedding):
    """Degrees of the given key's scale, in semitones above the tonic, by mode."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(UNKNOWN_KEY + 1, DEGREE_DIM, **arguments)

    def of_pitches(self, pitches: Tensor, key: Tensor) -> Tensor:
        """(..., n) and (...) int -> (..., n * DEGREE_DIM)."""
        key = key[..., None]
        degree = ops.mod(pitches + LOWEST_KEY - key, 12) + 12 * ops.cast(key >= 12, "int32")
        unknown = ops.logical_or(pitches >= KEYS, key >= UNKNOWN_KEY)
        return merge_last_axes(self(ops.where(unknown, UNKNOWN_KEY, degree)))

    def of_classes(self, sonority: Tensor, chroma: Tensor, key: Tensor) -> Tensor:
        """Sonorities and shares of pitch classes from the tonic on; zeros in an unknown key.

        (..., KEYS, 3), (..., 36), (...) -> (..., 72).
        """
        sounding = ops.matmul(np.ascontiguousarray(KEYS_TO_CLASSES.T), sonority)  # (..., 12, 3)
        shares = ops.reshape(chroma, (*_leading(chroma), 3, 12))
        rows = ops.concatenate([ops.minimum(ops.swapaxes(sounding, -1, -2), 1.0), shares], axis=-2)
        return self.from_tonic(rows, key)

    def from_tonic(self, classes: Tensor, key: Tensor) -> Tensor:
        """Numbers of the pitch classes from C on, from the tonic on; zeros in an unknown key.

        (..., n, 12), (...) -> (..., n * 12).
        """
        return merge_last_axes(ops.matmul(classes, ops.take(ROTATIONS, key, axis=0)))

    def of_keyboard(self, key: Tensor) -> Tensor:
        """The vectors of all keys: (...) int -> (..., KEYS, DEGREE_DIM)."""
        of_class = ops.take(self.embeddings, ops.convert_to_tensor(DEGREES), axis=0)
        return ops.take(ops.take(of_class, key, axis=0), CLASS_OF_KEY.astype(np.int32), axis=-2)


def _leading(values: Tensor) -> tuple[Any, ...]:
    return (-1, *ops.shape(values)[1:-1])


def _rotation(key: int) -> np.ndarray:
    """Matrix from pitch classes to semitones above the tonic of a key: (12, 12)."""
    if key == UNKNOWN_KEY:
        return np.zeros((12, 12))
    return np.roll(np.eye(12), -(key % 12), axis=1)


ROTATIONS = np.stack([_rotation(key) for key in range(UNKNOWN_KEY + 1)]).astype(np.float32)
DEGREES = np.array(
    [[(c - key) % 12 + 12 * (key >= 12) for c in range(12)] for key in range(UNKNOWN_KEY)]
    + [[UNKNOWN_KEY] * 12],
    np.int32,
)  # (25, 12)
