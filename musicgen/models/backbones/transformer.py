"""The `transformer` model's memory: attention over the steps so far, whole windows or cached.

Decoder-only, pre-norm (Xiong et al. 2020), with rotary positions (Su et al. 2021): half of each
head's pairs are turned by the step's number, half by its onset in musical time, so that a head
can ask for "four notes ago" as well as for "a bar ago".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from keras import layers, ops

from musicgen.models.settings import TransformerSettings

Tensor = Any

SLOWEST = 10_000.0  # the lowest frequency is close to one turn in 2 pi times as many steps
NEVER = -1e9  # added to what may not be attended to


class TransformerBackbone(layers.Layer):
    """What a step holds and those before it, as one vector: (B, T, D) -> (B, T, width).

    A step attends to itself and to the `context - 1` steps before it.
    """

    def __init__(self, settings: TransformerSettings, **arguments: Any) -> None:
        # Not cast to half precision as a layer's inputs are: positions need all their digits.
        super().__init__(autocast=False, **arguments)
        self.settings = settings
        self.project = layers.Dense(settings.width, name="project")
        self.layers = [Block(settings, name=f"block_{i}") for i in range(settings.layers)]
        self.norm = layers.LayerNormalization(epsilon=1e-5, name="norm")

    @property
    def state(self) -> Mapping[str, tuple[int, ...]]:
        """Shape of each carried array of one piece; keys and values grow along the axis of 0."""
        settings = self.settings
        cache = (settings.heads, 0, settings.width // settings.heads)
        grown = {f"{kind}_{i}": cache for i in range(settings.layers) for kind in CACHES}
        return {"position": (2,), **grown}  # the step's number, and its musical time

    def build(self, shape: tuple[int | None, ...]) -> None:
        self.project.build(shape)
        shape = (*shape[:-1], self.settings.width)
        for layer in (*self.layers, self.norm):
            layer.build(shape)

    def call(self, vectors: Tensor, elapsed: Tensor) -> Tensor:
        """elapsed: musical time between the step before and the one before that, (B, T)."""
        apart = ops.stack([ops.ones_like(elapsed), elapsed], axis=-1)
        turned = self._turned(ops.cumsum(apart, axis=1))
        barred = _barred(ops.shape(elapsed)[1], self.settings.context)
        vectors = self.project(vectors)
        for block in self.layers:
            vectors, _ = block(vectors, turned, barred)
        return self.norm(vectors)

    def step(
        self, vector: Tensor, elapsed: Tensor, state: Sequence[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        """One step with carried state: (B, D), (B,), arrays as `state` names them."""
        apart = ops.stack([ops.ones_like(elapsed), elapsed], axis=-1)
        carried = [state[0] + apart]
        turned = self._turned(carried[0][:, None])
        hidden = self.project(vector[:, None])
        for i, block in enumerate(self.layers):
            hidden, cache = block(hidden, turned, cache=state[1 + 2 * i : 3 + 2 * i])
            carried += cache
        return self.norm(hidden)[:, 0], carried

    def _turned(self, position: Tensor) -> tuple[Tensor, Tensor]:
        """Cosine and sine of the angles at positions: (B, T, 2) -> (B, 1, T, head / 2) each."""
        pairs = self.settings.width // self.settings.heads // 2  # half for each of the positions
        frequencies = SLOWEST ** (-np.arange(pairs // 2, dtype=np.float32) / (pairs // 2))
        angles = ops.expand_dims(position, -1) * ops.convert_to_tensor(frequencies)
        angles = ops.reshape(angles, (-1, 1, ops.shape(position)[1], pairs))
        return ops.cos(angles), ops.sin(angles)


CACHES = ("keys", "values")


class Block(layers.Layer):
    """Attention, then a feed-forward network, each added to what it read: (B, T, W) -> same."""

    def __init__(self, settings: TransformerSettings, **arguments: Any) -> None:
        super().__init__(autocast=False, **arguments)  # scores are summed in full precision
        self.settings, width = settings, settings.width
        self.norms = [layers.LayerNormalization(epsilon=1e-5, name=f"norm_{i}") for i in (0, 1)]
        self.ask = layers.Dense(3 * width, use_bias=False, name="ask")  # queries, keys, values
        self.tell = layers.Dense(width, name="tell")
        self.widen = layers.Dense(settings.feed_forward * width, activation="silu", name="widen")
        self.narrow = layers.Dense(width, name="narrow")
        self.dropout = layers.Dropout(settings.dropout, name="dropout")

    def build(self, shape: tuple[int | None, ...]) -> None:
        for layer in (*self.norms, self.ask, self.tell, self.widen):
            layer.build(shape)
        self.narrow.build((*shape[:-1], self.widen.units))

    def call(
        self,
        vectors: Tensor,
        turned: tuple[Tensor, Tensor],
        barred: Tensor | None = None,
        cache: Sequence[Tensor] | None = None,
    ) -> tuple[Tensor, list[Tensor]]:
        """barred: (T, T), added to the scores. cache: keys and values of the steps before."""
        queries, keys, values = self._asked(self.norms[0](vectors))  # (B, heads, T, head) each
        turns = [ops.cast(part, queries.dtype) for part in turned]
        queries, keys = _rotated(queries, *turns), _rotated(keys, *turns)
        if cache is not None:
            kept = [array[:, :, 1 - self.settings.context :] for array in cache]
            keys = ops.concatenate([kept[0], keys], axis=2)
            values = ops.concatenate([kept[1], values], axis=2)
        queries = queries / float(np.sqrt(self.settings.width // self.settings.heads))
        scores = ops.cast(ops.matmul(queries, ops.transpose(keys, (0, 1, 3, 2))), "float32")
        if barred is not None:
            scores = scores + barred
        shares = ops.cast(ops.softmax(scores), values.dtype)
        found = ops.transpose(ops.matmul(shares, values), (0, 2, 1, 3))
        found = ops.reshape(found, (-1, ops.shape(vectors)[1], self.settings.width))
        vectors = vectors + self.dropout(self.tell(found))
        thought = self.narrow(self.widen(self.norms[1](vectors)))
        return vectors + self.dropout(thought), [keys, values]

    def _asked(self, vectors: Tensor) -> list[Tensor]:
        heads, width = self.settings.heads, self.settings.width
        shape = (-1, ops.shape(vectors)[1], 3, heads, width // heads)
        asked = ops.transpose(ops.reshape(self.ask(vectors), shape), (2, 0, 3, 1, 4))
        return [asked[i] for i in range(3)]


def _rotated(vectors: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Each pair of numbers turned by its angle: (B, heads, T, head)."""
    half = vectors.shape[-1] // 2
    x, y = vectors[..., :half], vectors[..., half:]
    return ops.concatenate([x * cosine - y * sine, x * sine + y * cosine], axis=-1)


def _barred(length: Tensor, context: int) -> Tensor:
    """What lies ahead or too far back for each step: (T, T) of 0 and NEVER."""
    back = ops.expand_dims(ops.arange(length), 1) - ops.arange(length)
    return ops.cast(ops.logical_or(back < 0, back >= context), "float32") * NEVER
