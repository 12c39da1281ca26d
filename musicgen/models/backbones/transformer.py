"""Backbone of the `transformer` model: attention over whole windows, or cached step by step.

Decoder-only, pre-norm (Xiong et al. 2020), with rotary positions (Su et al. 2021): half of each
head's pairs are rotated by the number of the step, half by its onset in musical time, so that a
head can attend to "four notes ago" as well as to "a bar ago".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from keras import layers, ops

from musicgen.models.saved_names import SavedNames
from musicgen.models.settings import TransformerSettings
from musicgen.models.tensors import Tensor

MAX_WAVELENGTH = 10_000.0  # of the rotations: the lowest frequency is close to its inverse
MASKED = -1e9  # added to the attention scores of steps that are not attended to
CACHES = ("keys", "values")


class TransformerBackbone(layers.Layer):
    """Transformer blocks: (B, T, D) -> (B, T, width).

    A step attends to itself and to the `context - 1` steps before it.
    """

    def __init__(self, settings: TransformerSettings, **arguments: Any) -> None:
        # Inputs are not cast to half precision, which would round positions.
        super().__init__(autocast=False, **arguments)
        self.settings = settings
        self.project = layers.Dense(settings.width, name="project")
        self.layers = [Block(settings, name=f"block_{i}") for i in range(settings.layers)]
        self.norm = layers.LayerNormalization(epsilon=1e-5, name="norm")

    @property
    def state(self) -> Mapping[str, tuple[int, ...]]:
        """Shapes of one row of the carried arrays; keys and values grow along the axis of 0."""
        settings = self.settings
        cache = (settings.heads, 0, settings.width // settings.heads)
        caches = {f"{kind}_{i}": cache for i in range(settings.layers) for kind in CACHES}
        return {"position": (2,), **caches}  # number of the step, and its musical time

    def build(self, shape: tuple[int | None, ...]) -> None:
        self.project.build(shape)
        shape = (*shape[:-1], self.settings.width)
        for layer in (*self.layers, self.norm):
            layer.build(shape)

    def call(self, vectors: Tensor, elapsed: Tensor) -> Tensor:
        """elapsed: musical time between the step before and the one before that, (B, T)."""
        increments = ops.stack([ops.ones_like(elapsed), elapsed], axis=-1)
        rotation = self._rotation(ops.cumsum(increments, axis=1))
        mask = _causal_mask(ops.shape(elapsed)[1], self.settings.context)
        vectors = self.project(vectors)
        for block in self.layers:
            vectors, _ = block(vectors, rotation, mask)
        return self.norm(vectors)

    def step(
        self, vector: Tensor, elapsed: Tensor, state: Sequence[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        """One step with carried state: (B, D), (B,), arrays in the order of `state`."""
        increment = ops.stack([ops.ones_like(elapsed), elapsed], axis=-1)
        carried = [state[0] + increment]
        rotation = self._rotation(carried[0][:, None])
        hidden = self.project(vector[:, None])
        for i, block in enumerate(self.layers):
            hidden, cache = block(hidden, rotation, cache=state[1 + 2 * i : 3 + 2 * i])
            carried += cache
        return self.norm(hidden)[:, 0], carried

    def _rotation(self, position: Tensor) -> tuple[Tensor, Tensor]:
        """Cosine and sine of the angles at positions: (B, T, 2) -> (B, 1, T, head / 2) each."""
        pairs = self.settings.width // self.settings.heads // 2  # half per position
        exponents = -np.arange(pairs // 2, dtype=np.float32) / (pairs // 2)
        frequencies = ops.convert_to_tensor(MAX_WAVELENGTH**exponents)
        angles = ops.expand_dims(position, -1) * frequencies
        angles = ops.reshape(angles, (-1, 1, ops.shape(position)[1], pairs))
        return ops.cos(angles), ops.sin(angles)


class Block(SavedNames, layers.Layer):
    """Attention and a feed-forward network with residual connections: (B, T, W) -> (B, T, W)."""

    saved_names: Mapping[str, str] = {
        "ask": "qkv",
        "tell": "out_proj",
        "widen": "up_proj",
        "narrow": "down_proj",
    }

    def __init__(self, settings: TransformerSettings, **arguments: Any) -> None:
        super().__init__(autocast=False, **arguments)  # scores are summed in full precision
        self.settings, width = settings, settings.width
        # The names of the layers are in the paths of the weights of every checkpoint.
        self.norms = [layers.LayerNormalization(epsilon=1e-5, name=f"norm_{i}") for i in (0, 1)]
        self.qkv = layers.Dense(3 * width, use_bias=False, name="ask")
        self.out_proj = layers.Dense(width, name="tell")
        self.up_proj = layers.Dense(settings.feed_forward * width, activation="silu", name="widen")
        self.down_proj = layers.Dense(width, name="narrow")
        self.dropout = layers.Dropout(settings.dropout, name="dropout")

    def build(self, shape: tuple[int | None, ...]) -> None:
        for layer in (*self.norms, self.qkv, self.out_proj, self.up_proj):
            layer.build(shape)
        self.down_proj.build((*shape[:-1], self.up_proj.units))

    def call(
        self,
        vectors: Tensor,
        rotation: tuple[Tensor, Tensor],
        mask: Tensor | None = None,
        cache: Sequence[Tensor] | None = None,
    ) -> tuple[Tensor, list[Tensor]]:
        """mask: (T, T), added to the scores. cache: keys and values of the steps before."""
        attended, cache = self._attention(self.norms[0](vectors), rotation, mask, cache)
        vectors = vectors + self.dropout(self.out_proj(attended))
        mlp = self.down_proj(self.up_proj(self.norms[1](vectors)))
        return vectors + self.dropout(mlp), cache

    def _attention(
        self,
        vectors: Tensor,
        rotation: tuple[Tensor, Tensor],
        mask: Tensor | None,
        cache: Sequence[Tensor] | None,
    ) -> tuple[Tensor, list[Tensor]]:
        """The attended values, (B, T, W), and the keys and values for the next step's cache."""
        queries, keys, values = self._split_qkv(self.qkv(vectors))  # (B, heads, T, head) each
        rotation_cast = [ops.cast(part, queries.dtype) for part in rotation]
        queries, keys = _rotate(queries, *rotation_cast), _rotate(keys, *rotation_cast)
        if cache is not None:
            recent = [array[:, :, 1 - self.settings.context :] for array in cache]
            keys = ops.concatenate([recent[0], keys], axis=2)
            values = ops.concatenate([recent[1], values], axis=2)
        queries = queries / float(np.sqrt(self.settings.width // self.settings.heads))
        scores = ops.cast(ops.matmul(queries, ops.transpose(keys, (0, 1, 3, 2))), "float32")
        if mask is not None:
            scores = scores + mask
        weights = ops.cast(ops.softmax(scores), values.dtype)
        attended = ops.transpose(ops.matmul(weights, values), (0, 2, 1, 3))
        shape = (-1, ops.shape(vectors)[1], self.settings.width)
        return ops.reshape(attended, shape), [keys, values]

    def _split_qkv(self, projected: Tensor) -> list[Tensor]:
        """Queries, keys and values: (B, T, 3 * W) -> 3 of (B, heads, T, head)."""
        heads, width = self.settings.heads, self.settings.width
        shape = (-1, ops.shape(projected)[1], 3, heads, width // heads)
        split = ops.transpose(ops.reshape(projected, shape), (2, 0, 3, 1, 4))
        return [split[i] for i in range(3)]


def _rotate(vectors: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Rotate pairs of numbers by their angles (RoPE): (B, heads, T, head)."""
    half = vectors.shape[-1] // 2
    x, y = vectors[..., :half], vectors[..., half:]
    return ops.concatenate([x * cosine - y * sine, x * sine + y * cosine], axis=-1)


def _causal_mask(length: Tensor, context: int) -> Tensor:
    """MASKED for later steps and those `context` or more steps back, else 0: (T, T)."""
    back = ops.expand_dims(ops.arange(length), 1) - ops.arange(length)
    return ops.cast(ops.logical_or(back < 0, back >= context), "float32") * MASKED
