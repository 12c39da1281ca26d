"""How a network takes in what is heard: per key relative to its neighbours, and the clock.

Music moved by some semitones is the same music, so keys are seen through one convolution
along the keyboard rather than one weight a key: what is learned in C is known in F.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers, ops

from musicgen.encoding.events_features import CHROMA_WINDOWS, MAX_BARS_LEFT
from musicgen.encoding.grid import GRID_PER_QUARTER, KEYS, LOWEST_KEY, MAX_GRID_UNITS
from musicgen.models.size import (
    ASKED,
    CHANNELS,
    CLOCK,
    ENDING,
    FILTERS,
    NUMBERS,
    PLACES,
    REACH,
    SPAN,
)

_CLASSES = [  # of each key in each window
    w * 12 + (key + LOWEST_KEY) % 12 for key in range(KEYS) for w in range(len(CHROMA_WINDOWS))
]
_TO_KEYS = np.eye(12 * len(CHROMA_WINDOWS), dtype="f4")[:, _CLASSES]

_BEYOND = np.array([0, 1, 1, 0, 1, 1, 1] + [0] * (CHANNELS - 7), np.float32)

Tensor = Any


def numbers(remaining: Tensor, age: Tensor, chroma: Tensor, last_key: Tensor) -> Tensor:
    """All that is known of each key: (..., KEYS) twice, (..., 36), (..., 1) -> (..., KEYS, 6)."""
    is_last = ops.cast(last_key == np.arange(KEYS, dtype=np.int32), "float32")
    of_keys = ops.matmul(chroma, _TO_KEYS)  # (..., KEYS * 3), faster than to take one by one
    shares = unflattened(of_keys, len(CHROMA_WINDOWS))
    return ops.concatenate([remaining[..., None], age[..., None], is_last[..., None], shares], -1)


class _Channel(NamedTuple):
    """A clipped line through one of a key's numbers, or what such a line is the exponent of."""

    number: int
    slope: float = 1.0
    offset: float = 0.0
    low: float = 0.0
    high: float = 1.0
    exponent: bool = False


_REMAINING, _AGE = 0, 1
_LINES = (
    _Channel(_REMAINING),  # sounds
    _Channel(_AGE, -1.0, 1.0),  # struck at this very onset
    _Channel(_REMAINING, 1.0, 1.0),  # sounds, or has just ended
    _Channel(_REMAINING, 1 / 48),
    _Channel(_REMAINING, 1 / GRID_PER_QUARTER, 0.0, -np.inf, 0.0, True),
    _Channel(_AGE, -1 / (2 * GRID_PER_QUARTER), 0.0, -np.inf, 0.0, True),
    _Channel(_AGE, -1 / (16 * GRID_PER_QUARTER), 0.0, -np.inf, 0.0, True),
    *(_Channel(number, low=-np.inf, high=np.inf) for number in range(2, NUMBERS)),
)
_SLOPES = np.array([[c.slope * (c.number == n) for c in _LINES] for n in range(NUMBERS)], "f4")
# The rest once for every key: one step at a time it takes longer to spread a row over the keys.
_OFFSETS, _LOW, _HIGH = (
    np.array([[getattr(c, n) for c in _LINES]] * KEYS, "f4") for n in _Channel._fields[2:5]
)
_EXPONENTS = np.array([[c.exponent for c in _LINES]] * KEYS)
# Less whether it sounds: has just ended, and how long it has been silent, which is 0 till then.
_LESS_SOUNDING = np.eye(CHANNELS, dtype="f4")
_LESS_SOUNDING[0, [2, 4]] = -1


def channels(known: Tensor) -> Tensor:
    """Numbers of the keys as a network likes them: (..., KEYS, 6) -> (..., KEYS, CHANNELS).

    All in the same few operations, for these are what one step at a time costs.
    """
    lines = ops.clip(ops.matmul(known, _SLOPES) + _OFFSETS, _LOW, _HIGH)
    found = ops.where(_EXPONENTS, ops.exp(lines), lines)
    return ops.matmul(found, _LESS_SOUNDING)


def older(known: Tensor, shift: Tensor) -> Tensor:
    """Numbers of the keys after an onset shift: (..., KEYS, 6), (..., 1) float -> the first."""
    change = ops.convert_to_tensor([-1.0, 1.0] + [0.0] * (NUMBERS - 2))
    return known + shift[..., None] * change


class EndingEmbedding(layers.Embedding):
    """Grid steps until the next sounding key ends, 0 for silence: (..., KEYS) -> (..., ENDING)."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(MAX_GRID_UNITS + 1, ENDING, autocast=False, **arguments)  # as the clock's

    def call(self, remaining: Tensor) -> Tensor:
        soonest = ops.min(ops.where(remaining > 0, remaining, MAX_GRID_UNITS + 1.0), axis=-1)
        table = ops.concatenate([self.embeddings, self.embeddings[:1]])  # no key ends later
        return ops.take(table, ops.cast(soonest, "int32"), axis=0)


def moved_on(clock: Tensor, shift: Tensor) -> Tensor:
    """The clock after an onset shift (float): (..., 3), (..., 1) -> (..., 3)."""
    length, left = ops.maximum(clock[..., 1:2], 1.0), clock[..., 2:3]
    place = clock[..., 0:1] + shift
    # Half a step keeps the quotient clear of rounding at whole bars.
    bars = ops.floor((place + 0.5) / length)
    left = ops.minimum(left, ops.maximum(left - bars, 1.0))  # 0 stays 0
    return ops.concatenate([place - bars * length, length, left], axis=-1)


class ClockEmbedding(layers.Layer):
    """Place in the bar and the beat, length of the bar, bars left: (..., 3) -> (..., 48)."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(autocast=False, **arguments)  # half precision would round a place
        self.place, self.beat, self.length, self.left = (
            layers.Embedding(*size, name=name) for name, size in CLOCK.items()
        )

    def build(self, shape: tuple[int | None, ...]) -> None:
        for layer in (self.place, self.beat, self.length, self.left):
            layer.build(shape[:-1])

    def call(self, clock: Tensor) -> Tensor:
        most = ops.convert_to_tensor([PLACES - 1.0, 1.0 * PLACES, 1.0 * MAX_BARS_LEFT])
        told = ops.cast(ops.minimum(clock, most), "int32")
        embeds = (self.place, self.beat, self.length, self.left)
        place, beat, length, left = (each.embeddings for each in embeds)
        beats = ops.tile(beat, (PLACES // GRID_PER_QUARTER, 1))  # one for each place
        # One look into one table, each embedding in columns of its own.
        tables = [ops.concatenate([place, beats], axis=-1), length, left]
        starts = np.cumsum([0, *(table.shape[0] for table in tables[:-1])], dtype=np.int32)
        return ops.sum(ops.take(_in_own_columns(tables), told + starts, axis=0), axis=-2)


def _in_own_columns(tables: Sequence[Tensor]) -> Tensor:
    """Tables below and beside each other, with zeros around them."""
    widths = [table.shape[-1] for table in tables]
    rows = []
    for i, table in enumerate(tables):
        beside = (sum(widths[:i]), sum(widths[i + 1 :]))
        rows.append(ops.pad(table, ((0, 0), beside)))
    return ops.concatenate(rows, axis=0)


class KeysHead(layers.Layer):
    """Logits over the keys from what each does and its neighbours do, given a context.

    (..., keys, channels), (..., D) -> (..., keys)
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
        count, channels = keys.shape[-2:]
        looked = self.look(ops.reshape(keys, (-1, 1, count, channels)))
        seen = ops.reshape(looked, (*_leading(keys), count, self.look.filters))
        seen = ops.silu(seen + ops.expand_dims(self.ask[0](context), -2))
        seen = ops.silu(self.compare(seen) + ops.expand_dims(self.ask[1](context), -2))
        return ops.squeeze(self.relative(seen), -1) + self.by_key(self.hidden(context))


def flattened(values: Tensor) -> Tensor:
    """(..., K, C) -> (..., K * C)"""
    return ops.reshape(values, (*_leading(values), values.shape[-2] * values.shape[-1]))


def unflattened(values: Tensor, size: int) -> Tensor:
    """(..., K * size) -> (..., K, size)"""
    leading = _leading(values[..., None])
    return ops.reshape(values, (*leading, values.shape[-1] // size, size))


def _leading(values: Tensor) -> tuple[Any, ...]:
    """The shape before the last two axes, the first of it left open."""
    return (-1, *ops.shape(values)[1:-2])


def around(seen: Tensor, key: Tensor) -> Tensor:
    """What a key and its neighbours do: (..., KEYS, CHANNELS), (...) -> (..., SPAN * CHANNELS).

    Beyond the keyboard is what `channels` makes of zeros.
    """
    places = key[..., None] + ops.arange(-REACH, REACH + 1, dtype="int32")  # (..., SPAN)
    chosen = places[..., None] == ops.arange(KEYS, dtype="int32")  # (..., SPAN, KEYS)
    chosen = ops.cast(chosen, "float32")
    found = ops.matmul(chosen, seen - _BEYOND) + _BEYOND
    return flattened(found)


def playable(remaining: Tensor, last_key: Tensor, shift: Tensor) -> Tensor:
    """Where a note can be: no key that still sounds; within a chord, above the note before.

    (..., KEYS), (..., 1), (..., 1) float -> (..., KEYS) of 0 and a large negative number
    """
    floor = ops.where(last_key < KEYS, last_key, -1)  # nothing came before the first note
    below = np.arange(KEYS, dtype=np.int32) <= floor
    barred = ops.logical_or(remaining > 0, ops.logical_and(shift <= 0, below))
    return ops.cast(barred, "float32") * -1e9


assert keras.backend.backend() == "tensorflow", "set KERAS_BACKEND=tensorflow"
