"""Head over the keys of a keyboard, the same for each key.

Transposed music is the same music, so keys are seen through one convolution along the keyboard
rather than one weight a key: what is learned in C is known in F.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keras import layers, ops

from musicgen.encoding.grid import KEYS
from musicgen.models.dimensions import KERNEL_KEYS, KEY_FILTERS, KEY_HIDDEN_DIM
from musicgen.models.reshape import leading_shape
from musicgen.models.saved_names import SavedNames
from musicgen.models.tensors import Tensor


class KeysHead(SavedNames, layers.Layer):
    """Logits of the keys from the features of keys and their neighbours, given a context.

    (..., K, C), (..., D) -> (..., K)
    """

    saved_names: Mapping[str, str] = {
        "look": "conv",
        "compare": "pointwise",
        "ask": "context_proj",
        "relative": "key_logit",
    }

    def __init__(
        self,
        keys: int = KEYS,
        filters: int = KEY_FILTERS,
        hidden: int = KEY_HIDDEN_DIM,
        **arguments: Any,
    ) -> None:
        super().__init__(**arguments)
        # The names of the layers are in the paths of the weights of every checkpoint.
        self.conv = layers.Conv2D(filters, (1, KERNEL_KEYS), padding="same", name="look")
        self.pointwise = layers.Dense(filters, name="compare")
        self.context_proj = [layers.Dense(filters, name=f"ask_{i}") for i in range(2)]
        self.hidden = layers.Dense(hidden, activation="silu", name="hidden")
        self.by_key = layers.Dense(keys, dtype="float32", name="by_key")
        self.key_logit = layers.Dense(1, dtype="float32", name="relative")

    def build(
        self,
        keys_shape: tuple[int | None, ...],
        context_shape: tuple[int | None, ...],
        offsets_shape: tuple[int | None, ...] | None = None,
    ) -> None:
        self.conv.build(keys_shape)
        filtered = (*keys_shape[:-1], self.conv.filters)
        for layer in (self.pointwise, self.key_logit):
            layer.build(filtered)
        for layer in (*self.context_proj, self.hidden):
            layer.build(context_shape)
        self.by_key.build((*context_shape[:-1], self.hidden.units))

    def call(self, keys: Tensor, context: Tensor, offsets: Tensor | None = None) -> Tensor:
        """offsets: added to what the convolution gives, (..., K, filters)."""
        # One row an image: the gradient of the weights takes half the time that way.
        count, features = keys.shape[-2:]
        convolved = self.conv(ops.reshape(keys, (-1, 1, count, features)))
        hidden = ops.reshape(convolved, (*leading_shape(keys), count, self.conv.filters))
        if offsets is not None:
            hidden = hidden + ops.cast(offsets, hidden.dtype)
        hidden = ops.silu(hidden + ops.expand_dims(self.context_proj[0](context), -2))
        hidden = self.pointwise(hidden) + ops.expand_dims(self.context_proj[1](context), -2)
        of_keys = ops.squeeze(self.key_logit(ops.silu(hidden)), -1)  # (..., K)
        return of_keys + self.by_key(self.hidden(context))
