"""From memory and what is heard to the logits of one field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from keras import layers, ops

from musicgen.encoding.steps import Field
from musicgen.models import hearing_layers as hearing
from musicgen.models.size import CHANNELS, NUMBERS, SPAN

Tensor = Any


@dataclass(frozen=True)
class Heard:
    """The derived inputs of `events` at one moment."""

    known: Tensor  # (B, T, KEYS, 6) numbers of each key
    clock: Tensor  # (B, T, 3)
    echo: list[Tensor]  # 4 of (B, T) int
    last_key: Tensor  # (B, T) int
    shift: Tensor | None = None  # (B, T) float, once it is drawn

    @classmethod
    def now(cls, derived: Mapping[str, Tensor], before: Sequence[Tensor]) -> Heard:
        """At the onset of the step before."""
        known = hearing.numbers(derived["remaining"], derived["age"], derived["chroma"], before[1])
        echo = ops.cast(derived["echo"], "int32")
        return cls(known, derived["clock"], [echo[..., i] for i in range(4)], before[1])

    def after(self, shift: Tensor) -> Heard:
        """After an onset shift: everything is that much older."""
        elapsed = ops.cast(shift, "float32")
        change = ops.convert_to_tensor([-1.0, 1.0] + [0.0] * (NUMBERS - 2))
        known = self.known + elapsed[..., None, None] * change
        clock = hearing.moved_on(self.clock, elapsed)
        return replace(self, known=known, clock=clock, shift=elapsed)

    def next_ending(self) -> Tensor:
        return hearing.next_ending(self.known[..., 0])

    def around(self, key: Tensor) -> Tensor:
        """What a key and its neighbours are doing: (B, T) -> (B, T, SPAN * CHANNELS)."""
        seen = hearing.channels(hearing.around(self.known, key))
        return ops.reshape(seen, (-1, ops.shape(key)[1], SPAN * CHANNELS))

    def playable(self) -> Tensor:
        return hearing.playable(self.known[..., 0], self.last_key, self.shift)

    def agreement(self, drawn: Sequence[Tensor]) -> list[Tensor]:
        """Whether each field drawn so far is what followed the last time: (B, T, 1) each."""
        pairs = zip(self.echo[:3], drawn[:3], strict=False)
        return [ops.cast(ops.expand_dims(e == d, -1), "float32") for e, d in pairs]

    def echoed(self, index: int, size: int, trust: Tensor) -> Tensor:
        """Logits for what followed the last time, 0 where there was no such time."""
        # `one_hot` of a number beyond the field is all zeros.
        return trust * ops.one_hot(self.echo[index], size, dtype="float32")


class FieldHead(layers.Layer):
    """Logits of a field through one hidden layer: (B, T, D) -> (B, T, V)."""

    def __init__(self, field: Field, index: int, width: int, hears: bool, **arguments: Any) -> None:
        """hears: whether there is an echo to go along with."""
        super().__init__(**arguments)
        self.index, self.size = index, field.size
        self.hidden = layers.Dense(width, activation="silu", name="hidden")
        self.logits = layers.Dense(field.size, dtype="float32", name="logits")
        self.trust = layers.Dense(1, dtype="float32", name="trust") if hears else None

    def call(self, context: Tensor, heard: Heard | None = None) -> Tensor:
        logits = self.logits(self.hidden(context))
        if self.trust is None or heard is None:
            return logits
        return logits + heard.echoed(self.index, self.size, self.trust(context))


class PitchHead(layers.Layer):
    """Logits over the keys, seen relative to each other: (B, T, D) -> (B, T, KEYS)."""

    def __init__(self, field: Field, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.size = field.size
        self.keys = hearing.KeysHead(name="keys")
        self.trust = layers.Dense(1, dtype="float32", name="trust")

    def call(self, context: Tensor, heard: Heard) -> Tensor:
        logits = self.keys(hearing.channels(heard.known), context)
        return logits + heard.echoed(1, self.size, self.trust(context)) + heard.playable()
