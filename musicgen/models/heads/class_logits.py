"""Logits of pitch classes as degrees of the key and as intervals above the bass.

Added to those of the keyboard, which is seen through one convolution: that a piece begins on the
tonic, or that a chord has its fifth, is then one weight.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import layers, ops

from musicgen.encoding.parts.roles import UNKNOWN_KEY
from musicgen.models.dimensions import CLASS_HIDDEN_DIM
from musicgen.models.feature_encoders.part_embeddings import DEGREES, ROTATIONS, root_of
from musicgen.models.feature_encoders.part_keyboard import KEYS_TO_CLASSES
from musicgen.models.tensors import Tensor


class ClassLogits(layers.Layer):
    """Logits of the keys by their pitch classes: (..., D) -> (..., KEYS)."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(autocast=False, **arguments)
        self.hidden = layers.Dense(CLASS_HIDDEN_DIM, activation="silu", name="hidden")
        self.by_degree = layers.Dense(UNKNOWN_KEY, dtype="float32", name="by_degree")
        self.by_interval = layers.Dense(12, dtype="float32", name="by_interval")

    def call(self, context: Tensor, key: Tensor, bass: Tensor) -> Tensor:
        """key: (...) int, UNKNOWN_KEY for none. bass: (...) int, KEYS or more for none."""
        hidden = self.hidden(context)
        degrees = ops.take(_DEGREE_ROWS, key, axis=0)  # (..., 12, 24)
        intervals = ops.take(ROTATIONS, root_of(bass), axis=0)  # (..., 12, 12)
        of_classes = ops.matmul(degrees, self.by_degree(hidden)[..., None])
        of_classes = of_classes + ops.matmul(intervals, self.by_interval(hidden)[..., None])
        return ops.matmul(of_classes[..., 0], np.ascontiguousarray(KEYS_TO_CLASSES.T))


# 1 at the degree of each pitch class in each key; zeros in an unknown one: (25, 12, 24).
_DEGREE_ROWS = (DEGREES[..., None] == np.arange(UNKNOWN_KEY)).astype(np.float32)
