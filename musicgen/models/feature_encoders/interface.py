"""Interface of a feature encoder, and the one for encodings without features.

A feature encoder turns the features of an encoding into vectors for the backbone and for each
head, and chooses the heads of the fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from keras import layers, ops

from musicgen.encoding.steps import Encoding
from musicgen.models.heads.field_head import FieldHead
from musicgen.models.saved_names import SavedNames
from musicgen.models.settings import LstmSettings, TransformerSettings
from musicgen.models.tensors import FeatureTensors, Tensor


class Embed(Protocol):
    """Embed the values of neighbouring fields, from field `first` on, as one vector.

    (B, T, n) int -> (B, T, n * EMBEDDING_DIM)
    """

    def __call__(self, values: Tensor, first: int = 0) -> Tensor: ...


class FeatureEncoder(SavedNames, layers.Layer):
    """Feature encoder of an encoding without features; base of the others.

    A model calls the methods and never the layer, so that its layers have the paths of the
    model's own layers.
    """

    not_saved = frozenset({"feature_layers"})  # each layer is an attribute, too

    def __init__(self, encoding: Encoding, settings: LstmSettings | TransformerSettings) -> None:
        super().__init__(name="feature_encoder")
        self.fields, self.settings = encoding.fields, settings
        self.built = True  # it has no weights of its own, and is never called

    @property
    def feature_layers(self) -> Sequence[layers.Layer]:
        """The layers that features go through, for the summary of a model."""
        return ()

    def heads(self) -> list[layers.Layer]:
        """A head per field, (B, T, D) -> (B, T, V), which also takes the features."""
        return [
            FieldHead(f, i, self.settings.width, has_repeats=False, name=f"{f.name}_head")
            for i, f in enumerate(self.fields)
        ]

    def passed_features(self, index: int) -> Mapping[str, tuple[int, ...]]:
        """Features that the step graph of field `index` computes for the graphs of later fields.

        Shape of one row's by name.
        """
        return {}

    def elapsed(self, before: Tensor) -> Tensor:
        """Musical time that the step before took, 0 before the first: (B, T, F) -> (B, T)."""
        return ops.cast(before[..., 0] < self.fields[0].size, "float32")

    def encode(self, embed: Embed, before: Tensor, features: FeatureTensors) -> FeatureTensors:
        """The features before the first field of a step is drawn, with those computed of them."""
        return features

    def backbone_inputs(
        self, embed: Embed, before: Tensor, features: FeatureTensors
    ) -> list[Tensor]:
        """The features as vectors for the backbone, (B, T, D) each."""
        return []

    def head_inputs(
        self, embed: Embed, before: Tensor, drawn: Tensor, features: FeatureTensors
    ) -> tuple[list[Tensor], FeatureTensors]:
        """Vectors for the next field's head, and the features once some fields are drawn.

        drawn: (B, T, i). features: what this gave for the field before, or `encode` gave.
        """
        return [], features
