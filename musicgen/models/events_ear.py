"""How `events` are heard: what each key is doing, the clock, and what followed the last time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from keras import layers, ops

from musicgen.encoding.steps import Encoding
from musicgen.models.ear import Ear, Embed
from musicgen.models.heads import FieldHead, Heard, PitchHead
from musicgen.models.hearing_layers import KEYS, ClockEmbedding, channels
from musicgen.models.settings import LstmSettings, TransformerSettings
from musicgen.models.size import CHANNELS, ECHOED, ENDING, KEYBOARD, ORDER, ORDERS

Tensor = Any


class EventsEar(Ear):
    """Moves what is heard on to the new onset as soon as the onset shift is drawn."""

    def __init__(self, encoding: Encoding, settings: LstmSettings | TransformerSettings) -> None:
        super().__init__(encoding, settings)
        self.clock = ClockEmbedding(name="clock")
        self.ending = layers.Embedding(self.fields[2].size + 1, ENDING, name="next_ending")
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

    def elapsed(self, before: Sequence[Tensor]) -> Tensor:
        shift = ops.where(before[0] < self.fields[0].size, before[0], 0)
        return ops.cast(shift, "float32")

    def listen(
        self, embed: Embed, before: Sequence[Tensor], derived: Mapping[str, Tensor]
    ) -> list[Tensor]:
        heard = Heard.now(derived, before)
        flat = (-1, ops.shape(before[0])[1], KEYS * CHANNELS)
        keyboard = self.keyboard(ops.reshape(channels(heard.known), flat))
        return [keyboard, *self._time(heard), *self._echo(embed, heard)]

    def attend(
        self,
        embed: Embed,
        before: Sequence[Tensor],
        drawn: Sequence[Tensor],
        derived: Mapping[str, Tensor],
    ) -> tuple[list[Tensor], Heard]:
        heard = Heard.now(derived, before)
        if drawn:
            heard = heard.after(drawn[0])
        parts = [*self._time(heard), *self._echo(embed, heard), *heard.agreement(drawn)]
        if len(drawn) == 2:
            chord_fellow = ops.where(drawn[0] == 0, before[2], self.fields[2].size)
            parts += [heard.around(drawn[1]), embed([*drawn, chord_fellow])[2]]
        return parts, heard

    def _time(self, heard: Heard) -> list[Tensor]:
        return [self.clock(heard.clock), self.ending(heard.next_ending())]

    def _echo(self, embed: Embed, heard: Heard) -> list[Tensor]:
        """What followed the last time, as vectors of (B, T, D)."""
        return [*embed(heard.echo[:ECHOED]), self.order(heard.echo[ECHOED])]
