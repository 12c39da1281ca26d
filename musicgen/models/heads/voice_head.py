"""Head of one voice of `frames`: it holds its pitch, or moves to another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keras import layers, ops

from musicgen.encoding.frames import PITCHES, SIZE
from musicgen.models.heads.keys_head import KeysHead
from musicgen.models.saved_names import SavedNames
from musicgen.models.tensors import FeatureTensors, Tensor

MASKED = -1e9  # added to the logit of a value that cannot be drawn


class VoiceHead(SavedNames, layers.Layer):
    """Logits of one voice, holding against all other values: (B, T, D) -> (B, T, V)."""

    saved_names: Mapping[str, str] = {"trust": "copy_logits"}

    def __init__(self, width: int, dropout: float, **arguments: Any) -> None:
        super().__init__(autocast=False, **arguments)  # half precision would round features
        self.dropout = layers.Dropout(dropout, name="dropout")
        self.keys = KeysHead(keys=PITCHES, name="keys")
        self.hidden = layers.Dense(width, activation="silu", name="hidden")
        self.hold = layers.Dense(1, dtype="float32", name="hold")
        self.rest = layers.Dense(1, dtype="float32", name="rest")
        self.copy_logits = layers.Dense(2, dtype="float32", name="trust")  # one a repeat

    def call(self, context: Tensor, features: FeatureTensors) -> Tensor:
        """features: `keys`, `held_value` of the voice, `repeated_values` that followed."""
        context = self.dropout(context)
        hidden = self.hidden(context)
        copy_logits = self.copy_logits(hidden)  # (B, T, 2)
        moving = ops.concatenate([self.rest(hidden), self.keys(features["keys"], context)], axis=-1)
        repeated = features["repeated_values"]  # (B, T, 2)
        for i in range(repeated.shape[-1]):
            one_hot = ops.one_hot(repeated[..., i], SIZE, dtype="float32")
            moving += copy_logits[..., i : i + 1] * one_hot
        # Before the first frame nothing is held: `one_hot` beyond the field is all zeros.
        held = ops.one_hot(features["held_value"], SIZE, dtype="float32")
        # The probabilities of all other values sum to 1, so `hold` is the log odds of holding.
        log_moving = ops.log_softmax(moving + held * MASKED)
        return ops.where(held > 0, self.hold(hidden), log_moving)
