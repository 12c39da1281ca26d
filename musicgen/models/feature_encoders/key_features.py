"""State of each key of the keyboard, and what networks take of it.

The state of a key, (..., KEYS, KEY_STATE_DIM): remaining time and age in grid units, whether it
was the last key played, and the share of its pitch class in each window of notes. An onset shift
moves the times on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from keras import ops

from musicgen.encoding.events_features import CHROMA_WINDOWS
from musicgen.encoding.grid import KEYS, LOWEST_KEY
from musicgen.models.dimensions import KEY_FEATURES_DIM, KEY_STATE_DIM, NEIGHBOURS
from musicgen.models.reshape import merge_last_axes, split_last_axis
from musicgen.models.tensors import Tensor

MASKED = -1e9  # added to the logit of a key that cannot be played


def key_state(remaining: Tensor, age: Tensor, chroma: Tensor, last_key: Tensor) -> Tensor:
    """The state of the keys: (..., KEYS) twice, (..., 36), (..., 1) -> (..., KEYS, 6)."""
    is_last = ops.cast(last_key == np.arange(KEYS, dtype=np.int32), "float32")
    of_keys = ops.matmul(chroma, _CHROMA_TO_KEYS)  # (..., KEYS * 3), faster than a gather
    shares = split_last_axis(of_keys, len(CHROMA_WINDOWS))
    return ops.concatenate([remaining[..., None], age[..., None], is_last[..., None], shares], -1)


def shift_key_state(state: Tensor, shift: Tensor) -> Tensor:
    """The state after an onset shift: (..., KEYS, 6), (..., 1) float -> (..., KEYS, 6)."""
    change = ops.convert_to_tensor([-1.0, 1.0] + [0.0] * (KEY_STATE_DIM - 2))
    return state + shift[..., None] * change


def neighbourhood(features: Tensor, key: Tensor) -> Tensor:
    """Features of a key and its neighbours: (..., KEYS, 11), (...) -> (..., KERNEL_KEYS * 11).

    Beyond the keyboard they are those of a state of zeros.
    """
    places = key[..., None] + ops.arange(-NEIGHBOURS, NEIGHBOURS + 1, dtype="int32")
    one_hot = places[..., None] == ops.arange(KEYS, dtype="int32")  # (..., KERNEL_KEYS, KEYS)
    one_hot = ops.cast(one_hot, "float32")
    return merge_last_axes(ops.matmul(one_hot, features - _BEYOND) + _BEYOND)


def playable_mask(remaining: Tensor, last_key: Tensor, shift: Tensor) -> Tensor:
    """Mask of keys that cannot be played: (..., KEYS), (..., 1), (..., 1) -> (..., KEYS).

    0, or MASKED for keys that still sound and, within a chord, those up to the note before.
    """
    floor = ops.where(last_key < KEYS, last_key, -1)  # there is no note before the first
    below = np.arange(KEYS, dtype=np.int32) <= floor
    masked = ops.logical_or(remaining > 0, ops.logical_and(shift <= 0, below))
    return ops.cast(masked, "float32") * MASKED


class KeyFeature(NamedTuple):
    """A ramp through one number of a key's state, clipped, or its exponential."""

    number: int  # index in the state
    slope: float = 1.0
    offset: float = 0.0
    low: float = 0.0
    high: float = 1.0
    is_exponent: bool = False


class KeyFeatures:
    """Clipped ramps and exponential decays of each key's state: (..., KEYS, 6) -> (..., KEYS, 11).

    Few operations on all of them at once: one step at a time, each operation costs.
    """

    def __init__(self, quarter: int) -> None:
        """quarter: grid units of a quarter, in proportion to which the ramps and decays are."""
        features = (
            KeyFeature(_REMAINING),  # sounds
            KeyFeature(_AGE, -1.0, 1.0),  # struck at this onset
            KeyFeature(_REMAINING, 1.0, 1.0),  # sounds, or has just ended
            KeyFeature(_REMAINING, 1 / (4 * quarter)),
            KeyFeature(_REMAINING, 1 / quarter, 0.0, -np.inf, 0.0, True),
            KeyFeature(_AGE, -1 / (2 * quarter), 0.0, -np.inf, 0.0, True),
            KeyFeature(_AGE, -1 / (16 * quarter), 0.0, -np.inf, 0.0, True),
            *(KeyFeature(number, low=-np.inf, high=np.inf) for number in range(2, KEY_STATE_DIM)),
        )
        slopes = [[f.slope * (f.number == n) for f in features] for n in range(KEY_STATE_DIM)]
        self._slopes = np.array(slopes, np.float32)
        # Repeated for every key: one step at a time, broadcasting a row over the keys takes longer.
        self._offsets, self._low, self._high = (
            np.array([[getattr(f, name) for f in features]] * KEYS, np.float32)
            for name in ("offset", "low", "high")
        )
        self._is_exponent = np.array([[f.is_exponent for f in features]] * KEYS)

    def __call__(self, state: Tensor) -> Tensor:
        ramps = ops.clip(ops.matmul(state, self._slopes) + self._offsets, self._low, self._high)
        features = ops.where(self._is_exponent, ops.exp(ramps), ramps)
        return ops.matmul(features, _LESS_SOUNDING)


_REMAINING, _AGE = 0, 1
# "Sounds" is taken from "sounds, or has just ended" and from the decay since the end, so that
# the first becomes "has just ended" and the second is 0 while the key sounds.
_LESS_SOUNDING = np.eye(KEY_FEATURES_DIM, dtype=np.float32)
_LESS_SOUNDING[0, [2, 4]] = -1

_BEYOND = np.array([0, 1, 1, 0, 1, 1, 1] + [0] * (KEY_FEATURES_DIM - 7), np.float32)

_CHROMA_OF_KEY = [
    window * 12 + (key + LOWEST_KEY) % 12
    for key in range(KEYS)
    for window in range(len(CHROMA_WINDOWS))
]
_CHROMA_TO_KEYS = np.eye(12 * len(CHROMA_WINDOWS), dtype=np.float32)[:, _CHROMA_OF_KEY]
