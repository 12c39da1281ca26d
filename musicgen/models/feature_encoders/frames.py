"""Feature encoder of `frames`: what each voice holds, the intervals between voices, repeats.

Keys are seen through a convolution along the keyboard and voices by the intervals between them,
so that what is learned in one key is known in all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from keras import layers, ops

from musicgen.encoding.frames import (
    CHROMA_WINDOWS,
    LOWEST,
    MAX_HELD_FRAMES,
    ORDER_COUNT,
    PITCHES,
    REPEAT_WIDTH,
    REST,
    SIZE,
    VOICES,
)
from musicgen.encoding.repeat_features import REPEATS
from musicgen.encoding.steps import Encoding
from musicgen.models.feature_encoders.interface import Embed, FeatureEncoder
from musicgen.models.heads.voice_head import VoiceHead
from musicgen.models.reshape import split_last_axis
from musicgen.models.settings import LstmSettings, TransformerSettings
from musicgen.models.tensors import FeatureTensors, Tensor

MAX_INTERVAL = 24  # semitones; larger intervals look alike
BAR_FRAMES = (16, 12)  # bars of four quarters and of three


class FramesFeatureEncoder(FeatureEncoder):
    """Features of each voice, given the voices above it in the same frame.

    Adds `keys`, `held_value` and `repeated_values` of the next voice to the features.
    """

    saved_names: Mapping[str, str] = {"levels": "repeat_orders"}

    def __init__(self, encoding: Encoding, settings: LstmSettings | TransformerSettings) -> None:
        super().__init__(encoding, settings)
        # The names of the layers are in the paths of the weights of every checkpoint.
        self.held = layers.Embedding(MAX_HELD_FRAMES + 1, 8, name="held")
        self.places = [layers.Embedding(n, 16, name=f"place_in_{n}") for n in BAR_FRAMES]
        self.repeat_orders = [layers.Embedding(ORDER_COUNT, 8, name=f"level_{i}") for i in range(2)]
        self.interval = layers.Embedding(2 * MAX_INTERVAL + 2, 16, name="interval")

    @property
    def feature_layers(self) -> Sequence[layers.Layer]:
        return self.held, *self.places, *self.repeat_orders, self.interval

    def heads(self) -> list[layers.Layer]:
        width, dropout = self.settings.width, self.settings.dropout
        return [VoiceHead(width, dropout, name=f"{voice.name}_head") for voice in VOICES]

    def backbone_inputs(
        self, embed: Embed, before: Tensor, features: FeatureTensors
    ) -> list[Tensor]:
        intervals = [self._interval(a, b) for a, b in pairwise(_split(before))]
        repeated = [embed(ops.stack(values, axis=-1)) for values in _repeated(features)]
        return [*self._time(features), *intervals, *repeated, features["chroma"]]

    def head_inputs(
        self, embed: Embed, before: Tensor, drawn: Tensor, features: FeatureTensors
    ) -> tuple[list[Tensor], FeatureTensors]:
        held, above = _split(before), _split(drawn)
        voice = len(above)
        repeated = _repeated(features)
        repeated_values = [values[voice] for values in repeated]
        latest = [*above, *held[voice:]]  # what sounds, as far as it is drawn
        intervals = [
            self._interval(latest[i], held[voice]) for i in range(len(VOICES)) if i != voice
        ]
        agreement = [a == b for a, b in zip(held, above, strict=False)]
        agreement += [a == b for values in repeated for a, b in zip(values, above, strict=False)]
        agreement += [value == held[voice] for value in repeated_values]
        last = ops.cast(features["last"][..., voice], "int32")
        keys = [_on_keys(value) for value in (*held, *above, last, *repeated_values)]
        of_keys = [ops.stack(keys, axis=-1), _chroma_on_keys(features["chroma"])]
        vectors = [
            *self._time(features),
            *intervals,
            ops.cast(ops.stack(agreement, axis=-1), "float32"),
        ]
        of_voice = {
            "keys": ops.concatenate(of_keys, axis=-1),  # (B, T, PITCHES, C)
            "held_value": held[voice],
            "repeated_values": ops.stack(repeated_values, axis=-1),
        }
        return vectors, {**features, **of_voice}

    def _time(self, features: FeatureTensors) -> list[Tensor]:
        """The place in the bar, how long each voice has held, the orders of the repeats."""
        place = ops.cast(features["place"][..., 0], "int32")
        held = ops.cast(features["held"], "int32")
        repeats = ops.cast(features[REPEATS], "int32")
        vectors = [
            embedding(ops.mod(place, frames))
            for embedding, frames in zip(self.places, BAR_FRAMES, strict=True)
        ]
        vectors += [self.held(held[..., i]) for i in range(len(VOICES))]
        return vectors + [
            embedding(repeats[..., (i + 1) * REPEAT_WIDTH - 1])
            for i, embedding in enumerate(self.repeat_orders)
        ]

    def _interval(self, of: Tensor, to: Tensor) -> Tensor:
        """Embed the interval between two values; a vector of its own where either is silent."""
        semitones = ops.clip(of - to, -MAX_INTERVAL, MAX_INTERVAL) + MAX_INTERVAL
        silent = ops.logical_or(_is_silent(of), _is_silent(to))
        return self.interval(ops.where(silent, 2 * MAX_INTERVAL + 1, semitones))


def _split(fields: Tensor) -> list[Tensor]:
    """(B, T, F) -> F of (B, T)."""
    return [fields[..., i] for i in range(fields.shape[-1])]


def _repeated(features: FeatureTensors) -> list[list[Tensor]]:
    """The values of the voices in both repeats: 2 of 4 of (B, T) int."""
    repeats = ops.cast(features[REPEATS], "int32")
    return [[repeats[..., at + i] for i in range(len(VOICES))] for at in (0, REPEAT_WIDTH)]


def _is_silent(values: Tensor) -> Tensor:
    return ops.logical_or(values == REST, values == SIZE)


def _on_keys(values: Tensor) -> Tensor:
    """1 at the key of a value, 0 elsewhere: (B, T) -> (B, T, PITCHES)."""
    return ops.one_hot(values, SIZE, dtype="float32")[..., 1:]


def _chroma_on_keys(chroma: Tensor) -> Tensor:
    """The shares of the keys' pitch classes: (B, T, 36) -> (B, T, PITCHES, 3)."""
    tiled = ops.take(chroma, ops.convert_to_tensor(_CHROMA_OF_KEY), axis=-1)
    return split_last_axis(tiled, len(CHROMA_WINDOWS))


_CHROMA_OF_KEY = np.array(
    [
        window * 12 + (key + LOWEST) % 12
        for key in range(PITCHES)
        for window in range(len(CHROMA_WINDOWS))
    ]
)
