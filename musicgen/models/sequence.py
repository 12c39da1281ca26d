"""Models of steps: embeddings and features, a backbone, and a head per field.

The same layers are called in two ways: over whole windows for training, every position at
once (`SequenceModel`), and for one step with carried state, which is what the ONNX graphs of a
checkpoint do (`StepModel`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from musicgen.encoding.registry import encoding_from_json
from musicgen.encoding.steps import Encoding
from musicgen.models.backbones.lstm import LstmBackbone
from musicgen.models.backbones.transformer import TransformerBackbone
from musicgen.models.dimensions import EMBEDDING_DIM
from musicgen.models.feature_encoders.interface import Embed, FeatureEncoder
from musicgen.models.feature_encoders.registry import feature_encoder
from musicgen.models.saved_names import SavedNames
from musicgen.models.settings import (
    LstmSettings,
    TransformerSettings,
    settings_from_json,
    settings_to_json,
)
from musicgen.models.tensors import FeatureTensors, Tensor

SequenceSettings = LstmSettings | TransformerSettings

assert keras.backend.backend() == "tensorflow", "set KERAS_BACKEND=tensorflow"


@keras.saving.register_keras_serializable(package="musicgen")
class SequenceModel(SavedNames, keras.Model):
    """Windows to logits: `before` and `drawn` (B, T, F), features (B, T, W) -> {field: (B, T, V)}.

    Position t of `before` is the step before the one that position t of `drawn` holds.
    Keras builds it again from settings and encoding, which a `.keras` file holds as its config.
    """

    not_saved = frozenset({"layers"})  # each layer is an attribute, too

    def __init__(self, settings: SequenceSettings, encoding: Encoding) -> None:
        """A model without weights: `build_weights` makes them."""
        # Half precision would round times and keys: inputs are not cast.
        super().__init__(name=settings.kind, autocast=False)
        self.settings, self.encoding = settings, encoding
        # The order in which layers are made and set decides their first weights from a seed,
        # and the order of the weights in `optimizer.safetensors`.
        encoder, backbone = feature_encoder(encoding, settings), _backbone(settings)
        self.fields = encoding.fields
        self.feature_widths = dict(encoding.feature_widths)
        # One row more than the field has values: the step before the first.
        self.embeddings = {
            f.name: layers.Embedding(f.size + 1, EMBEDDING_DIM, name=f"embed_{f.name}")
            for f in self.fields
        }
        self.backbone = backbone
        self.dropout = layers.Dropout(settings.dropout, name="dropout")
        self.heads = self.build_heads(encoder)
        self.feature_encoder = encoder
        self.saved_names = {
            "ear": "feature_encoder",
            f"layers/{settings.kind}_memory": "backbone",
        }

    def build_heads(self, encoder: FeatureEncoder) -> list[layers.Layer]:
        """The heads, one a field."""
        return encoder.heads()

    def build_weights(self) -> None:
        """Build every layer by a call on zeros; not the backbone, which takes long to trace."""
        self.built = True  # or Keras calls it twice, first on symbols, which takes longer
        fields = np.zeros((1, 2, len(self.fields)), np.int32)
        widths = self.feature_widths.items()
        features = {name: np.zeros((1, 2, width), np.float32) for name, width in widths}
        with keras.name_scope(self.name, caller=self):  # as a call has it
            self.head_logits({"before": fields, "drawn": fields, **features}, self._build_backbone)

    def get_config(self) -> dict[str, Any]:
        return {"model": settings_to_json(self.settings), "encoding": self.encoding.to_json()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> SequenceModel:
        """The model of a config, with weights for Keras to load into."""
        settings = settings_from_json(config["model"])
        if not isinstance(settings, SequenceSettings):
            raise ValueError(f"'{settings.kind}' is no sequence model")
        model = cls(settings, encoding_from_json(config["encoding"]))
        model.build_weights()
        return model

    def call(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return self.head_logits(inputs, self.backbone)

    def _build_backbone(self, vectors: Tensor, elapsed: Tensor) -> Tensor:
        """Build the backbone without a call: (B, T, D), (B, T) -> zeros (B, T, width)."""
        self.backbone.build(vectors.shape)
        return ops.zeros((*vectors.shape[:-1], self.settings.width))

    def head_logits(
        self, inputs: Mapping[str, Tensor], backbone: Callable[[Tensor, Tensor], Tensor]
    ) -> dict[str, Tensor]:
        """Logits of each field, with a backbone or what stands for it: {field: (B, T, V)}."""
        before, drawn = inputs["before"], inputs["drawn"]
        hidden, features = self.hidden_states(inputs, backbone)
        logits = {}
        for i, field in enumerate(self.fields):
            logits[field.name], features = self.field_logits(
                self.embed, hidden, before, drawn[..., :i], features
            )
        return logits

    def hidden_states(
        self, inputs: Mapping[str, Tensor], backbone: Callable[[Tensor, Tensor], Tensor]
    ) -> tuple[Tensor, FeatureTensors]:
        """What the backbone knows before each step, (B, T, width), and the encoded features."""
        before = inputs["before"]
        features: FeatureTensors = {name: inputs[name] for name in self.feature_widths}
        features = self.feature_encoder.encode(self.embed, before, features)
        vectors = self.dropout(self.backbone_input(self.embed, before, features))
        return backbone(vectors, self.feature_encoder.elapsed(before)), features

    def backbone_input(self, embed: Embed, before: Tensor, features: FeatureTensors) -> Tensor:
        """The step before and the features as one vector, (B, T, D)."""
        vectors = self.feature_encoder.backbone_inputs(embed, before, features)
        return ops.concatenate([embed(before), *vectors], axis=-1)

    def field_logits(
        self, embed: Embed, hidden: Tensor, before: Tensor, drawn: Tensor, features: FeatureTensors
    ) -> tuple[Tensor, FeatureTensors]:
        """Logits of the next field given those drawn before it, and the features by then.

        drawn: (B, T, i), the fields of the same step so far.
        """
        index = drawn.shape[-1]
        vectors, features = self.feature_encoder.head_inputs(embed, before, drawn, features)
        fields = [embed(drawn)] if index else []
        context = ops.concatenate([hidden, *fields, *vectors], axis=-1)
        return self.heads[index](context, features=features), features

    def embed(self, values: Tensor, first: int = 0) -> Tensor:
        """`Embed` with lookups in the tables of the fields."""
        vectors = [
            self.embeddings[field.name](values[..., i])
            for i, field in enumerate(self.fields[first : first + values.shape[-1]])
        ]
        return vectors[0] if len(vectors) == 1 else ops.concatenate(vectors, axis=-1)


class StepModel(keras.Model):
    """One field of one step of B rows with carried state: exported as an ONNX graph.

    The first field's takes the step before, the features and the state, and gives the logits,
    the hidden state and the new state. Each later one takes the hidden state and the fields
    drawn so far and gives the logits of its field. `FeatureEncoder.passed_features` go from one
    graph to the next.
    """

    def __init__(self, model: SequenceModel, index: int) -> None:
        super().__init__(name=f"step_{model.fields[index].name}", autocast=False)
        self.model, self.index = model, index

    @property
    def state(self) -> Mapping[str, tuple[int, ...]]:
        """Shapes of one row of the carried arrays, by name."""
        return self.model.backbone.state

    def input_shapes(self) -> dict[str, tuple[tuple[int, ...], str]]:
        """Shapes of one row and dtypes of the inputs, by name."""
        model = self.model
        count = len(model.fields)
        inputs: dict[str, tuple[tuple[int, ...], str]] = {"before": ((count,), "int32")}
        inputs |= {name: ((size,), "float32") for name, size in model.feature_widths.items()}
        if self.index == 0:
            return inputs | {name: (shape, "float32") for name, shape in self.state.items()}
        for index in range(self.index):
            passed = model.feature_encoder.passed_features(index)
            inputs |= {name: (shape, "float32") for name, shape in passed.items()}
        width = model.backbone.settings.width
        return inputs | {"hidden": ((width,), "float32"), "drawn": ((self.index,), "int32")}

    def call(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        model, before = self.model, inputs["before"]
        if self.index:
            hidden, drawn = inputs["hidden"], inputs["drawn"]
            logits, features = model.field_logits(self._embed, hidden, before, drawn, inputs)
            return {"logits": logits, **self._passed(features)}
        features = model.feature_encoder.encode(self._embed, before, inputs)
        vector = model.backbone_input(self._embed, before, features)
        names = list(self.state)
        elapsed = model.feature_encoder.elapsed(before)
        hidden, state = model.backbone.step(vector, elapsed, [inputs[name] for name in names])
        logits, features = model.field_logits(
            self._embed, hidden, before, before[..., :0], features
        )
        carried = {f"{name}_out": value for name, value in zip(names, state, strict=True)}
        return {"logits": logits, "hidden": hidden, **carried, **self._passed(features)}

    def _passed(self, features: FeatureTensors) -> dict[str, Tensor]:
        """Outputs for the graphs of later fields."""
        passed = self.model.feature_encoder.passed_features(self.index)
        return {f"{name}_out": features[name] for name in passed}

    def _embed(self, values: Tensor, first: int = 0) -> Tensor:
        """`Embed` with one lookup in all tables, which ONNX Runtime joins on loading."""
        count = values.shape[-1]
        tables = [
            self.model.embeddings[field.name].embeddings
            for field in self.model.fields[first : first + count]
        ]
        starts = np.cumsum([0, *(table.shape[0] for table in tables[:-1])])
        rows = values + ops.convert_to_tensor(starts.astype(np.int32)) if count > 1 else values
        vectors = ops.take(ops.concatenate(tables, axis=0), rows, axis=0)  # (B, n, EMBEDDING_DIM)
        return ops.reshape(vectors, (-1, count * EMBEDDING_DIM))


def _backbone(settings: SequenceSettings) -> LstmBackbone | TransformerBackbone:
    """A layer (B, T, D), (B, T) -> (B, T, width) with `step` and `state`."""
    # The name of the layer is in the paths of the weights of every checkpoint.
    if isinstance(settings, TransformerSettings):
        return TransformerBackbone(settings, name="memory")
    return LstmBackbone(settings, name="memory")
