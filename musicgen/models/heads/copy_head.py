"""Head of a field that may copy one of several values: hidden state to logits."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import layers, ops

from musicgen.models.tensors import FeatureTensors, Tensor


class CopyHead(layers.Layer):
    """Logits through one hidden layer, with a learned logit added at each value to copy.

    (B, T, D) -> (B, T, V); `copied`, (B, T, n) int, holds the values, the size of the field for
    none.
    """

    def __init__(self, size: int, hidden: int, copies: int, **arguments: Any) -> None:
        super().__init__(autocast=False, **arguments)  # half precision would round features
        self.size = size
        self.hidden = layers.Dense(hidden, activation="silu", name="hidden")
        self.logits = layers.Dense(size, dtype="float32", name="logits")
        self.copy_logits = layers.Dense(copies, dtype="float32", name="copy") if copies else None

    def call(self, context: Tensor, features: FeatureTensors) -> Tensor:
        hidden = self.hidden(context)
        logits = self.logits(hidden)
        if self.copy_logits is None:
            return logits
        return logits + at_values(features["copied"], self.copy_logits(hidden), self.size)


def at_values(values: Tensor, weights: Tensor, size: int) -> Tensor:
    """Sum of weights at values: (B, T, n) int, (B, T, n) -> (B, T, size)."""
    one_hot = ops.cast(values[..., None] == np.arange(size, dtype=np.int32), "float32")
    return ops.squeeze(ops.matmul(ops.cast(weights, "float32")[..., None, :], one_hot), -2)
