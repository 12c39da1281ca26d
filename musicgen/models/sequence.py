"""A model of steps: what a step holds, kept in a memory, drawn field by field.

The same layers are called in two ways: over whole windows for training, every position at
once (`SequenceModel`), and for one step with carried state, which is what a checkpoint's ONNX
graphs do (`StepModel`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from musicgen.encoding.registry import encoding_from_json
from musicgen.encoding.steps import Encoding
from musicgen.models.ear import Ear
from musicgen.models.events_ear import EventsEar
from musicgen.models.frames_ear import FramesEar
from musicgen.models.lstm import LstmMemory
from musicgen.models.settings import (
    LstmSettings,
    TransformerSettings,
    settings_from_json,
    settings_to_json,
)
from musicgen.models.size import EMBEDDING
from musicgen.models.transformer import TransformerMemory

Tensor = Any
SequenceSettings = LstmSettings | TransformerSettings

EARS = {"notes": Ear, "events": EventsEar, "frames": FramesEar}  # by encoding


@keras.saving.register_keras_serializable(package="musicgen")
class SequenceModel(keras.Model):
    """Windows to logits: `before` and `drawn` (B, T, F), derived (B, T, W) -> {field: (B, T, V)}.

    Position t of `before` is the step before the one that position t of `drawn` holds.
    Settings and encoding are all that Keras needs to make it again from a `.keras` file.
    """

    def __init__(self, settings: SequenceSettings, encoding: Encoding) -> None:
        """Its weights are made by `make_weights`."""
        # Times and keys are numbers that half precision would round: nothing is cast on the way in.
        super().__init__(name=settings.kind, autocast=False)
        self.settings, self.encoding = settings, encoding
        ear = EARS[encoding.name](encoding, settings)
        memory = _memory(settings)
        self.fields = encoding.fields
        self.derived_widths = dict(encoding.derived)
        # One row more than the field has values: the step before the first.
        self.embeddings = {
            f.name: layers.Embedding(f.size + 1, EMBEDDING, name=f"embed_{f.name}")
            for f in self.fields
        }
        self.memory = memory
        self.dropout = layers.Dropout(settings.dropout, name="dropout")
        self.heads = ear.heads()
        self.ear = ear

    def make_weights(self) -> None:
        """Run once over nothing, so that every layer is built."""
        fields = np.zeros((1, 2, len(self.fields)), np.int32)
        widths = self.derived_widths.items()
        derived = {name: np.zeros((1, 2, width), np.float32) for name, width in widths}
        self({"before": fields, "drawn": fields, **derived})

    def get_config(self) -> dict[str, Any]:
        return {"model": settings_to_json(self.settings), "encoding": self.encoding.to_json()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> SequenceModel:
        """The model again with weights of its own, into which Keras loads those of the file."""
        settings = settings_from_json(config["model"])
        if not isinstance(settings, SequenceSettings):
            raise ValueError(f"'{settings.kind}' is no model of whole windows")
        model = cls(settings, encoding_from_json(config["encoding"]))
        model.make_weights()
        return model

    def call(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        before, drawn = split(inputs["before"]), split(inputs["drawn"])
        derived = {name: inputs[name] for name in self.derived_widths}
        heard = self.dropout(self.listen(before, derived))
        memory = self.memory(heard, self.ear.elapsed(before))
        return {
            field.name: self.draw(i, memory, before, drawn[:i], derived)
            for i, field in enumerate(self.fields)
        }

    def listen(self, before: Sequence[Tensor], derived: Mapping[str, Tensor]) -> Tensor:
        """The step before and what is heard now, as one vector: -> (B, T, D)."""
        parts = [*self.embed(before), *self.ear.listen(self.embed, before, derived)]
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
        parts, heard = self.ear.attend(self.embed, before, drawn, derived)
        context = ops.concatenate([memory, *self.embed(drawn), *parts], axis=-1)
        return self.heads[index](context, heard=heard)

    def embed(self, values: Sequence[Tensor]) -> list[Tensor]:
        """The embeddings of the first fields of a step."""
        return [self.embeddings[f.name](v) for f, v in zip(self.fields, values, strict=False)]


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
        elapsed = model.ear.elapsed(before)[:, 0]
        memory, state = model.memory.step(vector, elapsed, [inputs[name] for name in names])
        logits = model.draw(0, memory[:, None], before, [], derived)
        carried = {f"{name}_out": value for name, value in zip(names, state, strict=True)}
        return {"logits": logits[:, 0], "memory": memory, **carried}


def _memory(settings: SequenceSettings) -> LstmMemory | TransformerMemory:
    """A layer (B, T, D), (B, T) -> (B, T, width) that also offers `step` and `state`."""
    if isinstance(settings, TransformerSettings):
        return TransformerMemory(settings, name="memory")
    return LstmMemory(settings, name="memory")


def split(fields: Tensor) -> list[Tensor]:
    """(B, T, F) -> F of (B, T)."""
    return [fields[..., i] for i in range(fields.shape[-1])]
