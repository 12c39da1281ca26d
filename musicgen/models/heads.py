"""From memory and what is heard to the logits of one field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from keras import layers, ops

from musicgen.encoding.steps import Field
from musicgen.models.feature_encoders.layers import KeysHead

Tensor = Any
Heard = Mapping[str, Tensor]  # the derived inputs and what an ear makes of them, (B, T, ...) each


class FieldHead(layers.Layer):
    """Logits of a field through one hidden layer: (B, T, D) -> (B, T, V)."""

    def __init__(self, field: Field, index: int, width: int, hears: bool, **arguments: Any) -> None:
        """hears: whether there is an echo to go along with."""
        super().__init__(autocast=False, **arguments)  # what is heard is exact
        self.index, self.size = index, field.size
        self.hidden = layers.Dense(width, activation="silu", name="hidden")
        self.logits = layers.Dense(field.size, dtype="float32", name="logits")
        self.trust = layers.Dense(1, dtype="float32", name="trust") if hears else None

    def call(self, context: Tensor, heard: Heard) -> Tensor:
        logits = self.logits(self.hidden(context))
        if self.trust is None:
            return logits
        return logits + _echoed(heard, self.index, self.size, self.trust(context))


class PitchHead(layers.Layer):
    """Logits over the keys, seen relative to each other: (B, T, D) -> (B, T, KEYS)."""

    def __init__(self, field: Field, **arguments: Any) -> None:
        super().__init__(autocast=False, **arguments)  # what is heard is exact
        self.size = field.size
        self.keys = KeysHead(name="keys")
        self.trust = layers.Dense(1, dtype="float32", name="trust")

    def call(self, context: Tensor, heard: Heard) -> Tensor:
        logits = self.keys(heard["seen"], context)
        return logits + _echoed(heard, 1, self.size, self.trust(context)) + heard["barred"]


def _echoed(heard: Heard, index: int, size: int, trust: Tensor) -> Tensor:
    """Logits for what followed the last time, 0 where there was no such time."""
    echo = ops.cast(heard["echo"][..., index : index + 1], "float32")
    return trust * ops.cast(echo == np.arange(size, dtype=np.float32), "float32")
