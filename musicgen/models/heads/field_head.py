"""Heads of one field: hidden state and features to logits, (B, T, D) -> (B, T, V).

A copy logit is added to the value that followed the last time the latest notes were played.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from keras import layers, ops

from musicgen.encoding.repeat_features import REPEATS
from musicgen.encoding.steps import Field
from musicgen.models.heads.keys_head import KeysHead
from musicgen.models.saved_names import SavedNames
from musicgen.models.tensors import FeatureTensors, Tensor


class FieldHead(SavedNames, layers.Layer):
    """Logits of a field through one hidden layer: (B, T, D) -> (B, T, V)."""

    saved_names: Mapping[str, str] = {"trust": "copy_logit"}

    def __init__(
        self, field: Field, index: int, width: int, has_repeats: bool, **arguments: Any
    ) -> None:
        """has_repeats: whether the features hold a value of this field to copy."""
        super().__init__(autocast=False, **arguments)  # half precision would round features
        self.index, self.size = index, field.size
        self.hidden = layers.Dense(width, activation="silu", name="hidden")
        self.logits = layers.Dense(field.size, dtype="float32", name="logits")
        self.copy_logit = layers.Dense(1, dtype="float32", name="trust") if has_repeats else None

    def call(self, context: Tensor, features: FeatureTensors) -> Tensor:
        logits = self.logits(self.hidden(context))
        if self.copy_logit is None:
            return logits
        copy_logit = self.copy_logit(context)  # (B, T, 1)
        return logits + _at_repeated_value(features, self.index, self.size, copy_logit)


class PitchHead(SavedNames, layers.Layer):
    """Logits of the keys from keys and their neighbours: (B, T, D) -> (B, T, KEYS)."""

    saved_names: Mapping[str, str] = {"trust": "copy_logit"}

    def __init__(self, field: Field, **arguments: Any) -> None:
        super().__init__(autocast=False, **arguments)  # half precision would round features
        self.size = field.size
        self.keys = KeysHead(name="keys")
        self.copy_logit = layers.Dense(1, dtype="float32", name="trust")

    def call(self, context: Tensor, features: FeatureTensors) -> Tensor:
        logits = self.keys(features["key_features"], context)
        copy_logit = self.copy_logit(context)  # (B, T, 1)
        copied = _at_repeated_value(features, 1, self.size, copy_logit)
        return logits + copied + features["key_mask"]


def _at_repeated_value(
    features: FeatureTensors, index: int, size: int, copy_logit: Tensor
) -> Tensor:
    """The copy logit at the repeated value and 0 elsewhere, 0 without a repeat: (B, T, V)."""
    repeated = ops.cast(features[REPEATS][..., index : index + 1], "float32")
    return copy_logit * ops.cast(repeated == np.arange(size, dtype=np.float32), "float32")
