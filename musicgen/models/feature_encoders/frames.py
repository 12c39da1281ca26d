"""How `frames` are heard: what each voice holds, how far from the others, and the echoes.

Keys are seen through a convolution along the keyboard and voices by the intervals between them,
so that what is learned in one key is known in all. Whether a voice holds its pitch is asked
first, and only where it moves does it matter where to.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from keras import layers, ops

from musicgen.encoding.frames import (
    CHROMA_WINDOWS,
    GUESS,
    LEVELS,
    LONGEST_HELD,
    LOWEST,
    PITCHES,
    REST,
    SIZE,
    VOICES,
)
from musicgen.encoding.steps import Encoding
from musicgen.models.feature_encoders.interface import Embed, FeatureEncoder
from musicgen.models.feature_encoders.layers import KeysHead, unflattened
from musicgen.models.heads import Heard
from musicgen.models.settings import LstmSettings, TransformerSettings

Tensor = Any

REACH = 24  # semitones between two voices that are told apart
CYCLES = (16, 12)  # frames: bars of four quarters and of three
NOWHERE = -1e9

_CLASSES = np.array(
    [w * 12 + (key + LOWEST) % 12 for key in range(PITCHES) for w in range(len(CHROMA_WINDOWS))]
)


class FramesEar(FeatureEncoder):
    """Each voice is heard after those above it in the same frame."""

    def __init__(self, encoding: Encoding, settings: LstmSettings | TransformerSettings) -> None:
        super().__init__(encoding, settings)
        self.held = layers.Embedding(LONGEST_HELD + 1, 8, name="held")
        self.places = [layers.Embedding(c, 16, name=f"place_in_{c}") for c in CYCLES]
        self.levels = [layers.Embedding(LEVELS, 8, name=f"level_{i}") for i in range(2)]
        self.interval = layers.Embedding(2 * REACH + 2, 16, name="interval")

    @property
    def senses(self) -> Sequence[layers.Layer]:
        return self.held, *self.places, *self.levels, self.interval

    def heads(self) -> list[layers.Layer]:
        width, dropout = self.settings.width, self.settings.dropout
        return [VoiceHead(width, dropout, name=f"{voice.name}_head") for voice in VOICES]

    def listen(self, embed: Embed, before: Tensor, heard: Heard) -> list[Tensor]:
        neighbours = [self._interval(a, b) for a, b in pairwise(_split(before))]
        echoed = [embed(ops.stack(guess, axis=-1)) for guess in _guesses(heard)]
        return [*self._time(heard), *neighbours, *echoed, heard["chroma"]]

    def attend(
        self, embed: Embed, before: Tensor, drawn: Tensor, heard: Heard
    ) -> tuple[list[Tensor], Heard]:
        parts, told = self._attend(_split(before), _split(drawn), heard)
        return parts, {**heard, **told}

    def _attend(
        self, before: list[Tensor], drawn: list[Tensor], features: Heard
    ) -> tuple[list[Tensor], Heard]:
        """The same voice by voice: vectors, and what the next voice's head is told beside them."""
        voice = len(drawn)
        now = [*drawn, *before[voice:]]  # what sounds, as far as it is known
        others = [self._interval(now[i], before[voice]) for i in range(len(VOICES)) if i != voice]
        guesses = [guess[voice] for guess in _guesses(features)]
        same = [a == b for a, b in zip(before, drawn, strict=False)]
        same += [a == b for guess in _guesses(features) for a, b in zip(guess, drawn, strict=False)]
        same += [guess == before[voice] for guess in guesses]
        told = ops.cast(ops.stack(same, axis=-1), "float32")
        last = ops.cast(features["last"][..., voice], "int32")
        sounding = [*before, *drawn, last, *guesses]
        keys = ops.stack([_on_keys(value) for value in sounding], axis=-1)
        keys = ops.concatenate([keys, _chroma_on_keys(features["chroma"])], axis=-1)
        parts = [*self._time(features), *others, told]
        guesses = ops.stack(guesses, axis=-1)
        return parts, {"keys": keys, "sounded": before[voice], "guesses": guesses}

    def _time(self, features: Heard) -> list[Tensor]:
        """The place in the bar, how long each voice has held, what the echoes stand on."""
        place = ops.cast(features["place"][..., 0], "int32")
        held = ops.cast(features["held"], "int32")
        echo = ops.cast(features["echo"], "int32")
        parts = [e(ops.mod(place, c)) for e, c in zip(self.places, CYCLES, strict=True)]
        parts += [self.held(held[..., i]) for i in range(len(VOICES))]
        return parts + [e(echo[..., (i + 1) * GUESS - 1]) for i, e in enumerate(self.levels)]

    def _interval(self, of: Tensor, to: Tensor) -> Tensor:
        """The interval between two fields' values as a vector; one more where either is silent."""
        apart = ops.clip(of - to, -REACH, REACH) + REACH
        silent = ops.logical_or(_silent(of), _silent(to))
        return self.interval(ops.where(silent, 2 * REACH + 1, apart))


class VoiceHead(layers.Layer):
    """Logits of one voice: that it holds, against all else it could do: (B, T, D) -> (B, T, V)."""

    def __init__(self, width: int, dropout: float, **arguments: Any) -> None:
        super().__init__(autocast=False, **arguments)  # what is heard is exact
        self.dropout = layers.Dropout(dropout, name="dropout")
        self.keys = KeysHead(keys=PITCHES, name="keys")
        self.hidden = layers.Dense(width, activation="silu", name="hidden")
        self.hold = layers.Dense(1, dtype="float32", name="hold")
        self.rest = layers.Dense(1, dtype="float32", name="rest")
        self.trust = layers.Dense(2, dtype="float32", name="trust")  # in each echo

    def call(self, context: Tensor, heard: Heard) -> Tensor:
        """heard: what each key does, what the voice sounded, and what it did the last times."""
        context = self.dropout(context)
        hidden = self.hidden(context)
        trust = self.trust(hidden)
        moved = ops.concatenate([self.rest(hidden), self.keys(heard["keys"], context)], axis=-1)
        for i, guess in enumerate(_split(heard["guesses"])):
            moved += trust[..., i : i + 1] * ops.one_hot(guess, SIZE, dtype="float32")
        # Before the first frame nothing is held: `one_hot` beyond the field is all zeros.
        held = ops.one_hot(heard["sounded"], SIZE, dtype="float32")
        # The chances of all else sum to one, so that `hold` is the log of its odds.
        elsewhere = ops.log_softmax(moved + held * NOWHERE)
        return ops.where(held > 0, self.hold(hidden), elsewhere)


def _split(fields: Tensor) -> list[Tensor]:
    """(B, T, F) -> F of (B, T)."""
    return [fields[..., i] for i in range(fields.shape[-1])]


def _guesses(features: Heard) -> list[list[Tensor]]:
    """What followed the last time by each echo: 2 of 4 of (B, T) int."""
    echo = ops.cast(features["echo"], "int32")
    return [[echo[..., at + i] for i in range(len(VOICES))] for at in (0, GUESS)]


def _silent(values: Tensor) -> Tensor:
    return ops.logical_or(values == REST, values == SIZE)


def _on_keys(values: Tensor) -> Tensor:
    """1 at the key that a field's value sounds: (B, T) -> (B, T, PITCHES)."""
    return ops.one_hot(values, SIZE, dtype="float32")[..., 1:]


def _chroma_on_keys(chroma: Tensor) -> Tensor:
    """How often each key's pitch class was heard: (B, T, 36) -> (B, T, PITCHES, 3)."""
    tiled = ops.take(chroma, ops.convert_to_tensor(_CLASSES), axis=-1)
    return unflattened(tiled, len(CHROMA_WINDOWS))
