"""A model of steps: what a step holds, kept in a memory, drawn field by field.

The same layers are called in two ways: over whole windows for training, every position at
once (`SequenceModel`), and for one step with carried state, which is what a checkpoint's ONNX
graphs do (`StepModel`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import layers, ops

from musicgen.encoding.steps import Encoding
from musicgen.models.heads import FieldHead, Heard, PitchHead
from musicgen.models.hearing_layers import CHANNELS, KEYS, ClockEmbedding, channels

Tensor = Any

EMBEDDING = 64  # of each field


class SequenceModel(keras.Model):
    """Windows to logits: `before` and `drawn` (B, T, F), derived (B, T, W) -> {field: (B, T, V)}.

    Position t of `before` is the step before the one that position t of `drawn` holds.
    """

    def __init__(self, encoding: Encoding, memory: Any, width: int, dropout: float) -> None:
        """memory: a layer (B, T, D) -> (B, T, width) that also offers `step` and `state`."""
        # Times and keys are numbers that half precision would round: nothing is cast on the way in.
        super().__init__(name=memory.settings.kind, autocast=False)
        self.settings = memory.settings
        self.fields = encoding.fields
        self.derived_widths = dict(encoding.derived)
        self.hears = bool(self.derived_widths)
        # One row more than the field has values: the step before the first.
        self.embeddings = {
            f.name: layers.Embedding(f.size + 1, EMBEDDING, name=f"embed_{f.name}")
            for f in self.fields
        }
        self.memory = memory
        self.dropout = layers.Dropout(dropout, name="dropout")
        heard = [self.hears and i < 3 for i in range(len(self.fields))]
        self.heads = [
            PitchHead(f, name="pitch_head")
            if hears and f.name == "pitch"
            else FieldHead(f, i, width, hears, name=f"{f.name}_head")
            for i, (f, hears) in enumerate(zip(self.fields, heard, strict=True))
        ]
        if self.hears:
            self.clock = ClockEmbedding(name="clock")
            self.ending = layers.Embedding(self.fields[2].size + 1, 16, name="next_ending")
            self.order = layers.Embedding(8, 16, name="echo_order")
            self.keyboard = layers.Dense(128, activation="silu", name="keyboard")

    def call(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        before, drawn = split(inputs["before"]), split(inputs["drawn"])
        derived = {name: inputs[name] for name in self.derived_widths}
        memory = self.memory(self.dropout(self.listen(before, derived)))
        return {
            field.name: self.draw(i, memory, before, drawn[:i], derived)
            for i, field in enumerate(self.fields)
        }

    def listen(self, before: Sequence[Tensor], derived: Mapping[str, Tensor]) -> Tensor:
        """The step before and what is heard now, as one vector: -> (B, T, D)."""
        parts = self._embedded(before)
        if self.hears:
            heard = Heard.now(derived, before)
            flat = (-1, ops.shape(before[0])[1], KEYS * CHANNELS)
            parts += [self.keyboard(ops.reshape(channels(heard.known), flat))]
            parts += self._time(heard) + self._echo(heard)
        return ops.concatenate(parts, axis=-1)

    def draw(
        self,
        index: int,
        memory: Tensor,
        before: Sequence[Tensor],
        drawn: Sequence[Tensor],
        derived: Mapping[str, Tensor],
    ) -> Tensor:
        """Logits of one field given the fields drawn before it in the same step."""
        parts = [memory, *self._embedded(drawn)]
        if not self.hears:
            return self.heads[index](ops.concatenate(parts, axis=-1))
        heard = Heard.now(derived, before)
        if drawn:
            heard = heard.after(drawn[0])
        parts += self._time(heard) + self._echo(heard) + heard.agreement(drawn)
        if index == 2:
            chord_fellow = ops.where(drawn[0] == 0, before[2], self.fields[2].size)
            parts += [heard.around(drawn[1]), self.embeddings["duration"](chord_fellow)]
        return self.heads[index](ops.concatenate(parts, axis=-1), heard=heard)

    def _embedded(self, values: Sequence[Tensor]) -> list[Tensor]:
        """The embeddings of the first fields of a step."""
        return [self.embeddings[f.name](v) for f, v in zip(self.fields, values, strict=False)]

    def _time(self, heard: Heard) -> list[Tensor]:
        return [self.clock(heard.clock), self.ending(heard.next_ending())]

    def _echo(self, heard: Heard) -> list[Tensor]:
        """What followed the last time, as vectors of (B, T, D)."""
        return [*self._embedded(heard.echo[:3]), self.order(heard.echo[3])]


class StepModel(keras.Model):
    """One field of one step of B pieces with carried state: what is exported as ONNX.

    The first field's takes the step before, what is heard and the state, and gives the logits,
    the memory and the new state. Each further one takes the memory and the fields drawn so far
    and gives its field's logits.
    """

    def __init__(self, model: SequenceModel, index: int) -> None:
        super().__init__(name=f"step_{model.fields[index].name}", autocast=False)
        self.model, self.index = model, index

    @property
    def state(self) -> Mapping[str, tuple[int, ...]]:
        return self.model.memory.state

    def inputs_of_step(self) -> dict[str, tuple[tuple[int, ...], str]]:
        """Shape of one piece's and type of each input by name."""
        model = self.model
        count = len(model.fields)
        inputs: dict[str, tuple[tuple[int, ...], str]] = {"before": ((count,), "int32")}
        inputs |= {name: ((size,), "float32") for name, size in model.derived_widths.items()}
        if self.index == 0:
            state = {name: (shape, "float32") for name, shape in self.state.items()}
            return inputs | state
        width = model.memory.settings.width
        return inputs | {"memory": ((width,), "float32"), "drawn": ((self.index,), "int32")}

    def call(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        model = self.model
        before = split(inputs["before"][:, None])
        derived = {name: inputs[name][:, None] for name in model.derived_widths}
        if self.index:
            memory, drawn = inputs["memory"], split(inputs["drawn"][:, None])
            logits = model.draw(self.index, memory[:, None], before, drawn, derived)
            return {"logits": logits[:, 0]}
        vector = model.listen(before, derived)[:, 0]
        names = list(self.state)
        memory, state = model.memory.step(vector, [inputs[name] for name in names])
        logits = model.draw(0, memory[:, None], before, [], derived)
        carried = {f"{name}_out": value for name, value in zip(names, state, strict=True)}
        return {"logits": logits[:, 0], "memory": memory, **carried}


def split(fields: Tensor) -> list[Tensor]:
    """(B, T, F) -> F of (B, T)."""
    return [fields[..., i] for i in range(fields.shape[-1])]
