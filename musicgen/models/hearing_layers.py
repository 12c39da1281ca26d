"""How a network takes in what is heard: per key relative to its neighbours, and the clock.

Music moved by some semitones is the same music, so keys are seen through one convolution
along the keyboard rather than one weight a key: what is learned in C is known in F.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from musicgen.encoding.grid import GRID_PER_QUARTER, KEYS, LONGEST, LOWEST_KEY
from musicgen.encoding.hearing import CHROMA_WINDOWS, MOST_BARS_LEFT
from musicgen.models.size import ASKED, CLOCK, FILTERS, PLACES, REACH, SPAN

_TILE = np.array(
    [w * 12 + (key + LOWEST_KEY) % 12 for key in range(KEYS) for w in range(len(CHROMA_WINDOWS))]
)

Tensor = Any


def numbers(remaining: Tensor, age: Tensor, chroma: Tensor, last_key: Tensor) -> Tensor:
    """All that is known of each key: (B, T, KEYS) twice, (B, T, 36), (B, T) -> (B, T, KEYS, 6)."""
    is_last = ops.one_hot(last_key, KEYS, dtype="float32")
    tiled = ops.take(chroma, ops.convert_to_tensor(_TILE), axis=-1)  # (B, T, KEYS * 3)
    shares = ops.reshape(tiled, (-1, ops.shape(chroma)[1], KEYS, len(CHROMA_WINDOWS)))
    return ops.concatenate([ops.stack([remaining, age, is_last], axis=-1), shares], axis=-1)


def channels(known: Tensor) -> Tensor:
    """Numbers of K keys as a network likes them: (B, T, K, 6) -> (B, T, K, CHANNELS)."""
    # Slices of one are fewer nodes of a step graph than picking and stacking.
    remaining, age = known[..., 0:1], known[..., 1:2]
    sounds = ops.cast(remaining > 0, "float32")
    parts = [
        sounds,
        ops.cast(age == 0, "float32"),  # struck at this very onset
        ops.cast(remaining == 0, "float32"),  # has just ended
        ops.clip(remaining, 0.0, 48.0) / 48.0,
        (1.0 - sounds) * ops.exp(ops.minimum(remaining, 0.0) / GRID_PER_QUARTER),
        ops.exp(age / (-2.0 * GRID_PER_QUARTER)),
        ops.exp(age / (-16.0 * GRID_PER_QUARTER)),
        known[..., 2:],
    ]
    return ops.concatenate(parts, axis=-1)


def next_ending(remaining: Tensor) -> Tensor:
    """Grid steps until the next sounding key ends, 0 for silence: (B, T, KEYS) -> (B, T)."""
    soonest = ops.min(ops.where(remaining > 0, remaining, LONGEST + 1.0), axis=-1)
    return ops.cast(ops.where(soonest > LONGEST, 0.0, soonest), "int32")


def moved_on(clock: Tensor, shift: Tensor) -> Tensor:
    """The clock after an onset shift (float): (B, T, 3), (B, T) -> (B, T, 3)."""
    length, left = ops.maximum(clock[..., 1:2], 1.0), clock[..., 2:3]
    place = clock[..., 0:1] + ops.expand_dims(shift, -1)
    # Half a step keeps the quotient clear of rounding at whole bars.
    bars = ops.floor((place + 0.5) / length)
    left = ops.where(left > 0, ops.maximum(left - bars, 1.0), 0.0)
    return ops.concatenate([place - bars * length, length, left], axis=-1)


class ClockEmbedding(layers.Layer):
    """Place in the bar and the beat, length of the bar, bars left: (B, T, 3) -> (B, T, 48)."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(autocast=False, **arguments)  # half precision would round a place
        self.place, self.beat, self.length, self.left = (
            layers.Embedding(*size, name=name) for name, size in CLOCK.items()
        )

    def build(self, shape: tuple[int | None, ...]) -> None:
        for layer in (self.place, self.beat, self.length, self.left):
            layer.build(shape[:-1])

    def call(self, clock: Tensor) -> Tensor:
        place = ops.minimum(clock[..., 0:1], PLACES - 1.0)
        beat = place - GRID_PER_QUARTER * ops.floor((place + 0.5) / GRID_PER_QUARTER)
        most = ops.convert_to_tensor([1.0 * PLACES, 1.0 * MOST_BARS_LEFT])
        rest = ops.minimum(clock[..., 1:], most)  # length of the bar, bars left
        told = ops.cast(ops.concatenate([place, beat, rest], axis=-1), "int32")
        embeds = (self.place, self.beat, self.length, self.left)
        return ops.concatenate([e(told[..., i]) for i, e in enumerate(embeds)], axis=-1)


class KeysHead(layers.Layer):
    """Logits over the keys from what each does and its neighbours do, given a context.

    (B, T, keys, channels), (B, T, D) -> (B, T, keys)
    """

    def __init__(
        self, keys: int = KEYS, filters: int = FILTERS, hidden: int = ASKED, **arguments: Any
    ) -> None:
        super().__init__(**arguments)
        self.look = layers.Conv2D(filters, (1, SPAN), padding="same", name="look")
        self.compare = layers.Dense(filters, name="compare")
        self.ask = [layers.Dense(filters, name=f"ask_{i}") for i in range(2)]
        self.hidden = layers.Dense(hidden, activation="silu", name="hidden")
        self.by_key = layers.Dense(keys, dtype="float32", name="by_key")
        self.relative = layers.Dense(1, dtype="float32", name="relative")

    def build(
        self, keys_shape: tuple[int | None, ...], context_shape: tuple[int | None, ...]
    ) -> None:
        self.look.build(keys_shape)
        seen = (*keys_shape[:-1], self.look.filters)
        for layer in (self.compare, self.relative):
            layer.build(seen)
        for layer in (*self.ask, self.hidden):
            layer.build(context_shape)
        self.by_key.build((*context_shape[:-1], self.hidden.units))

    def call(self, keys: Tensor, context: Tensor) -> Tensor:
        # One row an image: the gradient of the weights takes half the time that way.
        count, channels = keys.shape[2:]
        rows = ops.reshape(keys, (-1, 1, count, channels))
        seen = ops.reshape(self.look(rows), (-1, ops.shape(keys)[1], count, self.look.filters))
        seen = ops.silu(seen + ops.expand_dims(self.ask[0](context), 2))
        seen = ops.silu(self.compare(seen) + ops.expand_dims(self.ask[1](context), 2))
        return self.relative(seen)[..., 0] + self.by_key(self.hidden(context))


def around(known: Tensor, key: Tensor) -> Tensor:
    """The numbers of a key and its neighbours: (B, T, KEYS, 6), (B, T) -> (B, T, SPAN, 6)."""
    padded = ops.pad(known, ((0, 0), (0, 0), (REACH, REACH), (0, 0)))
    places = ops.expand_dims(key, -1) + ops.arange(SPAN, dtype="int32")  # (B, T, SPAN)
    chosen = ops.one_hot(places, KEYS + 2 * REACH, dtype="float32")  # (B, T, SPAN, KEYS + 24)
    return ops.matmul(chosen, padded)


def playable(remaining: Tensor, last_key: Tensor, shift: Tensor) -> Tensor:
    """Where a note can be: no key that still sounds; within a chord, above the note before.

    (B, T, KEYS), (B, T), (B, T) float -> (B, T, KEYS) of 0 and a large negative number
    """
    floor = ops.where(last_key < KEYS, last_key, -1)  # nothing came before the first note
    below = ops.arange(KEYS, dtype="int32") <= ops.expand_dims(floor, -1)
    in_chord = ops.expand_dims(shift, -1) <= 0
    barred = ops.logical_or(remaining > 0, ops.logical_and(in_chord, below))
    return ops.cast(barred, "float32") * -1e9


assert keras.backend.backend() == "tensorflow", "set KERAS_BACKEND=tensorflow"
