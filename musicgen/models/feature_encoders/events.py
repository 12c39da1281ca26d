"""How `events` are heard: what each key is doing, the clock, and what followed the last time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from keras import layers, ops

from musicgen.encoding.steps import Encoding
from musicgen.models.feature_encoders.interface import Embed, FeatureEncoder
from musicgen.models.feature_encoders.layers import (
    KEYS,
    ClockEmbedding,
    EndingEmbedding,
    around,
    channels,
    flattened,
    moved_on,
    numbers,
    older,
    playable,
)
from musicgen.models.heads import FieldHead, Heard, PitchHead
from musicgen.models.settings import LstmSettings, TransformerSettings
from musicgen.models.size import (
    CHANNELS,
    ECHO_WIDTH,
    ECHOED,
    KEYBOARD,
    NUMBERS,
    ORDER,
    ORDERS,
    TIME_WIDTH,
)

Tensor = Any


class EventsEar(FeatureEncoder):
    """Moves what is heard on to the new onset as soon as the onset shift is drawn."""

    def __init__(self, encoding: Encoding, settings: LstmSettings | TransformerSettings) -> None:
        super().__init__(encoding, settings)
        self.clock = ClockEmbedding(name="clock")
        self.ending = EndingEmbedding(name="next_ending")
        self.order = layers.Embedding(ORDERS, ORDER, name="echo_order")
        self.keyboard = layers.Dense(KEYBOARD, activation="silu", name="keyboard")

    @property
    def senses(self) -> Sequence[layers.Layer]:
        return self.keyboard, self.clock, self.ending, self.order

    def heads(self) -> list[layers.Layer]:
        return [
            PitchHead(f, name="pitch_head")
            if f.name == "pitch"
            else FieldHead(f, i, self.settings.width, hears=i < ECHOED, name=f"{f.name}_head")
            for i, f in enumerate(self.fields)
        ]

    def handed_on(self, index: int) -> Mapping[str, tuple[int, ...]]:
        if index == 0:
            return {"known": (KEYS, NUMBERS), "echoed": (ECHO_WIDTH,)}
        if index == 1:
            return {"seen": (KEYS, CHANNELS), "time": (TIME_WIDTH,)}
        return {}

    def elapsed(self, before: Tensor) -> Tensor:
        shift = ops.where(before[..., 0] < self.fields[0].size, before[..., 0], 0)
        return ops.cast(shift, "float32")

    def hear(self, embed: Embed, before: Tensor, features: Heard) -> Heard:
        """At the onset of the step before."""
        known = numbers(
            features["remaining"], features["age"], features["chroma"], before[..., 1:2]
        )
        echo = ops.cast(features["echo"], "int32")
        echoed = [embed(echo[..., :ECHOED]), self.order(echo[..., ECHOED])]
        return {**features, **self._at(known, features["clock"]), "echoed": _joined(echoed)}

    def listen(self, embed: Embed, before: Tensor, heard: Heard) -> list[Tensor]:
        return [self.keyboard(flattened(heard["seen"])), heard["time"], heard["echoed"]]

    def attend(
        self, embed: Embed, before: Tensor, drawn: Tensor, heard: Heard
    ) -> tuple[list[Tensor], Heard]:
        count = drawn.shape[-1]
        if count == 1:  # the onset shift: everything is that much older
            shift = ops.cast(drawn, "float32")
            heard = {**heard, **self._at(older(heard["known"], shift), heard["clock"], shift)}
            heard["barred"] = playable(heard["known"][..., 0], before[..., 1:2], shift)
        parts = [heard["time"], heard["echoed"], *_agreement(heard, drawn)]
        if count == 2:
            in_chord = ops.where(drawn[..., :1] == 0, before[..., 2:3], self.fields[2].size)
            parts += [around(heard["seen"], drawn[..., 1]), embed(in_chord, first=2)]
        return parts, heard

    def _at(self, known: Tensor, clock: Tensor, shift: Tensor | None = None) -> dict[str, Tensor]:
        """What follows from what is known of the keys, and the clock before an onset shift."""
        clock = clock if shift is None else moved_on(clock, shift)
        time = [self.clock(clock), self.ending(known[..., 0])]
        return {"known": known, "seen": channels(known), "time": _joined(time)}


def _agreement(heard: Heard, drawn: Tensor) -> list[Tensor]:
    """Whether each field drawn so far is what followed the last time: (B, T, up to ECHOED)."""
    count = min(drawn.shape[-1], ECHOED)
    if not count:
        return []
    same = ops.cast(heard["echo"][..., :count], "int32") == drawn[..., :count]
    return [ops.cast(same, "float32")]


def _joined(parts: Sequence[Tensor]) -> Tensor:
    return ops.concatenate(parts, axis=-1)
