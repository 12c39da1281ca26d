"""Pitch head of `parts`: the keys as the part has them, or a rest."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import layers, ops

from musicgen.encoding.grid import KEYS
from musicgen.models.dimensions import PART_FILTERS
from musicgen.models.feature_encoders.part_keyboard import lowest_key
from musicgen.models.heads.class_logits import ClassLogits
from musicgen.models.heads.copy_head import at_values
from musicgen.models.heads.keys_head import KeysHead
from musicgen.models.tensors import FeatureTensors, Tensor

MASKED = -1e9  # added to the logit of a value that cannot be drawn


class PartPitchHead(layers.Layer):
    """Logits of the keys and of a rest: (B, T, D) -> (B, T, KEYS + 1)."""

    def __init__(self, dropout: float, copies: int, has_intervals: bool, **arguments: Any) -> None:
        super().__init__(autocast=False, **arguments)  # half precision would round features
        self.dropout = layers.Dropout(dropout, name="dropout")
        self.keys = KeysHead(filters=PART_FILTERS, name="keys")
        self.degrees = layers.Dense(PART_FILTERS, use_bias=False, name="degrees")
        self.rest = layers.Dense(1, dtype="float32", name="rest")
        self.copy_logits = layers.Dense(copies, dtype="float32", name="copy")
        self.class_logits = ClassLogits(name="classes") if has_intervals else None

    def call(self, context: Tensor, features: FeatureTensors) -> Tensor:
        """features: of the keys, `copied` pitches, `part`, `own`, `key`, `sonority`."""
        context = self.dropout(context)
        offsets = self.degrees(features["degree_offsets"])
        of_keys = self.keys(features["keys"], context, offsets)
        if self.class_logits is not None:
            key = ops.cast(features["key"][..., 0], "int32")
            bass = lowest_key(features["sonority"])
            of_keys = of_keys + self.class_logits(context, key, bass)
        logits = ops.concatenate([of_keys, self.rest(context)], axis=-1)
        logits = logits + at_values(features["copied"], self.copy_logits(context), KEYS + 1)
        return logits + _chord_mask(features)


def _chord_mask(features: FeatureTensors) -> Tensor:
    """MASKED at the keys up to the latest one and at the rest, within a chord."""
    latest = ops.cast(features["own"][..., 0:1], "int32")
    values = np.arange(KEYS + 1, dtype=np.int32)
    impossible = ops.logical_or(values <= latest, values == KEYS)
    in_chord = features["part"][..., 5:6] > 0
    return ops.cast(ops.logical_and(in_chord, impossible), "float32") * MASKED
