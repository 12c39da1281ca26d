"""A model of steps: what a step holds, kept in a memory, drawn field by field.

The same layers are called in two ways: over whole windows for training, every position at
once (`SequenceModel`), and for one step with carried state, which is what a checkpoint's ONNX
graphs do (`StepModel`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from musicgen.encoding.registry import encoding_from_json
from musicgen.encoding.steps import Encoding
from musicgen.models.backbones.lstm import LstmBackbone
from musicgen.models.backbones.transformer import TransformerBackbone
from musicgen.models.feature_encoders.events import EventsEar
from musicgen.models.feature_encoders.frames import FramesEar
from musicgen.models.feature_encoders.interface import Embed, FeatureEncoder
from musicgen.models.heads import Heard
from musicgen.models.settings import (
    LstmSettings,
    TransformerSettings,
    settings_from_json,
    settings_to_json,
)
from musicgen.models.size import EMBEDDING

Tensor = Any
SequenceSettings = LstmSettings | TransformerSettings

EARS = {"notes": FeatureEncoder, "events": EventsEar, "frames": FramesEar}  # by encoding


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
        self.derived_widths = dict(encoding.feature_widths)
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
        self.built = True  # or Keras runs it twice, first over symbols, which takes longer
        fields = np.zeros((1, 2, len(self.fields)), np.int32)
        widths = self.derived_widths.items()
        features = {name: np.zeros((1, 2, width), np.float32) for name, width in widths}
        self({"before": fields, "drawn": fields, **features})

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
        before, drawn = inputs["before"], inputs["drawn"]
        features = {name: inputs[name] for name in self.derived_widths}
        heard = self.ear.hear(self.embed, before, features)
        vectors = self.dropout(self.listen(self.embed, before, heard))
        memory = self.memory(vectors, self.ear.elapsed(before))
        logits = {}
        for i, field in enumerate(self.fields):
            logits[field.name], heard = self.draw(self.embed, memory, before, drawn[..., :i], heard)
        return logits

    def listen(self, embed: Embed, before: Tensor, heard: Heard) -> Tensor:
        """The step before and what is heard now, as one vector: -> (B, T, D)."""
        parts = [embed(before), *self.ear.listen(embed, before, heard)]
        return ops.concatenate(parts, axis=-1)

    def draw(
        self, embed: Embed, memory: Tensor, before: Tensor, drawn: Tensor, heard: Heard
    ) -> tuple[Tensor, Heard]:
        """Logits of the next field given those drawn before it, and what is heard by then.

        drawn: (B, T, i), the fields of the same step so far.
        """
        index = drawn.shape[-1]
        parts, heard = self.ear.attend(embed, before, drawn, heard)
        known = [memory, embed(drawn)] if index else [memory]
        context = ops.concatenate([*known, *parts], axis=-1)
        return self.heads[index](context, heard=heard), heard

    def embed(self, values: Tensor, first: int = 0) -> Tensor:
        """As `Embed` says, each field looked up in its own table."""
        found = [
            self.embeddings[field.name](values[..., i])
            for i, field in enumerate(self.fields[first : first + values.shape[-1]])
        ]
        return found[0] if len(found) == 1 else ops.concatenate(found, axis=-1)


class StepModel(keras.Model):
    """One field of one step of B pieces with carried state: what is exported as ONNX.

    The first field's takes the step before, what is heard and the state, and gives the logits,
    the memory and the new state. Each further one takes the memory and the fields drawn so far
    and gives its field's logits. What the ear hands on goes from each to the next.
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
        for index in range(self.index):
            handed_on = model.ear.handed_on(index)
            inputs |= {name: (shape, "float32") for name, shape in handed_on.items()}
        return inputs | {"memory": ((width,), "float32"), "drawn": ((self.index,), "int32")}

    def call(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        model, before = self.model, inputs["before"]
        if self.index:
            memory, drawn = inputs["memory"], inputs["drawn"]
            logits, heard = model.draw(self._embed, memory, before, drawn, inputs)
            return {"logits": logits, **self._handed_on(heard)}
        heard = model.ear.hear(self._embed, before, inputs)
        vector = model.listen(self._embed, before, heard)
        names = list(self.state)
        state = [inputs[name] for name in names]
        memory, state = model.memory.step(vector, model.ear.elapsed(before), state)
        logits, heard = model.draw(self._embed, memory, before, before[..., :0], heard)
        carried = {f"{name}_out": value for name, value in zip(names, state, strict=True)}
        return {"logits": logits, "memory": memory, **carried, **self._handed_on(heard)}

    def _handed_on(self, heard: Heard) -> dict[str, Tensor]:
        """For the graphs of later fields."""
        return {f"{name}_out": heard[name] for name in self.model.ear.handed_on(self.index)}

    def _embed(self, values: Tensor, first: int = 0) -> Tensor:
        """As `Embed` says, with one look into all tables, which ONNX Runtime joins on loading."""
        count = values.shape[-1]
        tables = [
            self.model.embeddings[field.name].embeddings
            for field in self.model.fields[first : first + count]
        ]
        starts = np.cumsum([0, *(table.shape[0] for table in tables[:-1])])
        places = values + ops.convert_to_tensor(starts.astype(np.int32)) if count > 1 else values
        found = ops.take(ops.concatenate(tables, axis=0), places, axis=0)  # (B, n, EMBEDDING)
        return ops.reshape(found, (-1, count * EMBEDDING))


def _memory(settings: SequenceSettings) -> LstmBackbone | TransformerBackbone:
    """A layer (B, T, D), (B, T) -> (B, T, width) that also offers `step` and `state`."""
    if isinstance(settings, TransformerSettings):
        return TransformerBackbone(settings, name="memory")
    return LstmBackbone(settings, name="memory")
