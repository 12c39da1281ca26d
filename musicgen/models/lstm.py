"""The `lstm` model: what a step holds, remembered by LSTM layers, drawn field by field.

One set of layers is called in two ways: over whole windows for training, every position at
once, and for one step with carried state, which is what a checkpoint's ONNX graphs do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from musicgen.encoding.steps import Encoding
from musicgen.models import hearing_layers as hearing
from musicgen.models.settings import LstmSettings

Tensor = Any

EMBEDDING = 64  # of each field
PITCH, SHIFT = "pitch", "shift"


class LstmModel(keras.Model):
    """Windows to logits: `before` and `drawn` (B, T, F), derived (B, T, W) -> {field: (B, T, V)}.

    Position t of `before` is the step before the one that position t of `drawn` holds.
    """

    def __init__(self, settings: LstmSettings, encoding: Encoding) -> None:
        super().__init__(name="lstm")
        self.settings = settings
        self.fields = encoding.fields
        self.hears = bool(encoding.derived)
        self.derived_widths = dict(encoding.derived)
        # One row more than the field has values: the step before the first.
        self.embeddings = {
            f.name: layers.Embedding(f.size + 1, EMBEDDING, name=f"embed_{f.name}")
            for f in self.fields
        }
        self.memory = [
            layers.LSTM(settings.width, return_sequences=True, name=f"lstm_{i}")
            for i in range(settings.layers)
        ]
        self.dropout = layers.Dropout(settings.dropout, name="dropout")
        self.hidden = {}
        self.logits = {}
        for field in self.fields:
            if self.hears and field.name == PITCH:
                self.logits[PITCH] = hearing.KeysHead(name="head_pitch")
                continue
            self.hidden[field.name] = layers.Dense(
                settings.width, activation="silu", name=f"hidden_{field.name}"
            )
            self.logits[field.name] = layers.Dense(
                field.size, dtype="float32", name=f"head_{field.name}"
            )
        if self.hears:
            self.clock = hearing.ClockEmbedding(name="clock")
            self.ending = layers.Embedding(hearing.LONGEST + 1, 16, name="next_ending")
            self.keyboard = layers.Dense(128, activation="silu", name="keyboard")

    def call(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        before, drawn = split(inputs["before"]), split(inputs["drawn"])
        derived = {name: inputs[name] for name in self.derived_widths}
        memory = self.remember(self.listen(before, derived))
        return {
            field.name: self.head(i, memory, before, drawn, derived)
            for i, field in enumerate(self.fields)
        }

    def listen(self, before: Sequence[Tensor], derived: dict[str, Tensor]) -> Tensor:
        """The step before and what is heard now, as one vector: -> (B, T, D)."""
        parts = [
            self.embeddings[f.name](value) for f, value in zip(self.fields, before, strict=True)
        ]
        if self.hears:
            keys = self._channels(before, derived)
            flat = (-1, ops.shape(keys)[1], hearing.KEYS * hearing.CHANNELS)
            parts += [self.keyboard(ops.reshape(keys, flat)), self.clock(derived["clock"])]
            parts += [self.ending(hearing.next_ending(derived["remaining"]))]
        return ops.concatenate(parts, axis=-1)

    def remember(self, vectors: Tensor) -> Tensor:
        """Through the LSTM layers from a state of zeros: (B, T, D) -> (B, T, width)."""
        for layer in self.memory:
            vectors = self.dropout(layer(vectors))
        return vectors

    def remember_step(self, vector: Tensor, state: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """One step with carried state: (B, D), 2 * layers of (B, width)."""
        carried: list[Tensor] = []
        for i, layer in enumerate(self.memory):
            vector, new = layer.cell(vector, [state[2 * i], state[2 * i + 1]])
            carried += new
        return vector, carried

    def head(
        self,
        index: int,
        memory: Tensor,
        before: Sequence[Tensor],
        drawn: Sequence[Tensor],
        derived: dict[str, Tensor],
    ) -> Tensor:
        """Logits of one field given the fields drawn before it in the same step."""
        field = self.fields[index]
        parts = [memory, *self._embedded(drawn[:index])]
        if not self.hears:
            return self._plain(field.name, parts)
        shift = drawn[0] if index else None
        heard = derived if shift is None else self._moved_on(derived, shift)
        parts += [self.clock(heard["clock"])]
        parts += [self.ending(hearing.next_ending(heard["remaining"]))]
        if field.name == SHIFT:
            return self._plain(field.name, parts)
        keys = self._channels(before, heard)
        if field.name == PITCH:
            allowed = hearing.playable(heard["remaining"], before[1], shift)
            context = ops.concatenate(parts, axis=-1)
            return self.logits[PITCH](keys, context) + allowed
        parts += [hearing.around(keys, drawn[1]), self._chord_fellow(before, drawn[0])]
        return self._plain(field.name, parts)

    def _plain(self, name: str, parts: list[Tensor]) -> Tensor:
        return self.logits[name](self.hidden[name](ops.concatenate(parts, axis=-1)))

    def _embedded(self, values: Sequence[Tensor]) -> list[Tensor]:
        """The embeddings of the first fields of a step."""
        return [self.embeddings[f.name](v) for f, v in zip(self.fields, values, strict=False)]

    def _chord_fellow(self, before: Sequence[Tensor], shift: Tensor) -> Tensor:
        """The duration of the note before, where it belongs to the same chord."""
        nothing = self.fields[2].size
        return self.embeddings["duration"](ops.where(shift == 0, before[2], nothing))

    @staticmethod
    def _moved_on(derived: dict[str, Tensor], shift: Tensor) -> dict[str, Tensor]:
        """What is heard after an onset shift: everything is that much older."""
        elapsed = ops.expand_dims(shift, -1)
        return {
            "remaining": ops.cast(derived["remaining"], "int32") - elapsed,
            "age": ops.cast(derived["age"], "int32") + elapsed,
            "chroma": derived["chroma"],
            "clock": hearing.moved_on(derived["clock"], shift),
        }

    @staticmethod
    def _channels(before: Sequence[Tensor], heard: dict[str, Tensor]) -> Tensor:
        return hearing.channels(heard["remaining"], heard["age"], heard["chroma"], before[1])


class StepModel(keras.Model):
    """One field of one step of B pieces with carried state: what is exported as ONNX.

    The first field's takes the step before, what is heard and the state, and gives the logits,
    the memory and the new state. Each further one takes the memory and the fields drawn so far
    and gives its field's logits.
    """

    def __init__(self, model: LstmModel, index: int) -> None:
        super().__init__(name=f"step_{model.fields[index].name}")
        self.model, self.index = model, index
        self.state_names = [f"{p}_{i}" for i in range(model.settings.layers) for p in "hc"]

    def input_shapes(self) -> dict[str, tuple[int, str]]:
        """Width and type of each input (B, width) by name."""
        count, width = len(self.model.fields), self.model.settings.width
        shapes = {"before": (count, "int32")}
        shapes |= {name: (size, "float32") for name, size in self.model.derived_widths.items()}
        if self.index == 0:
            return shapes | dict.fromkeys(self.state_names, (width, "float32"))
        return shapes | {"memory": (width, "float32"), "drawn": (self.index, "int32")}

    def call(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        model = self.model
        before = split(inputs["before"][:, None])
        derived = {name: inputs[name][:, None] for name in model.derived_widths}
        if self.index:
            memory, drawn = inputs["memory"], split(inputs["drawn"][:, None])
            logits = model.head(self.index, memory[:, None], before, drawn, derived)
            return {"logits": logits[:, 0]}
        vector = model.listen(before, derived)[:, 0]
        memory, state = model.remember_step(vector, [inputs[n] for n in self.state_names])
        logits = model.head(0, memory[:, None], before, [], derived)
        carried = {f"{n}_out": value for n, value in zip(self.state_names, state, strict=True)}
        return {"logits": logits[:, 0], "memory": memory, **carried}


def split(fields: Tensor) -> list[Tensor]:
    """(B, T, F) -> F of (B, T)."""
    return [fields[..., i] for i in range(fields.shape[-1])]
