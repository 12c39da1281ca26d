"""What a model takes in beside the fields of the step before, by encoding.

The ear of an encoding turns its derived inputs into vectors, for the memory and for each head,
and knows which heads suit the fields. This one is for encodings that derive nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from keras import layers, ops

from musicgen.encoding.steps import Encoding
from musicgen.models.heads import FieldHead, Heard
from musicgen.models.settings import LstmSettings, TransformerSettings

Tensor = Any


class Embed(Protocol):
    """Values of neighbouring fields, from the one at `first` on, as one vector.

    (B, T, n) int -> (B, T, n * EMBEDDING)
    """

    def __call__(self, values: Tensor, first: int = 0) -> Tensor: ...


class FeatureEncoder(layers.Layer):
    """Hears nothing but the step before.

    A model calls the methods and never the layer, so that the paths of the weights within are
    those of the model's own layers.
    """

    def __init__(self, encoding: Encoding, settings: LstmSettings | TransformerSettings) -> None:
        super().__init__(name="ear")
        self.fields, self.settings = encoding.fields, settings
        self.built = True  # it has no weights of its own, and is never called

    @property
    def senses(self) -> Sequence[layers.Layer]:
        """The layers that it hears with."""
        return ()

    def heads(self) -> list[layers.Layer]:
        """A head for each field: (B, T, D) -> (B, T, V), given what `attend` found."""
        return [
            FieldHead(f, i, self.settings.width, hears=False, name=f"{f.name}_head")
            for i, f in enumerate(self.fields)
        ]

    def handed_on(self, index: int) -> Mapping[str, tuple[int, ...]]:
        """What of `heard` a field's step graph hands on to later ones, with one piece's shape.

        What is worked out once a step need not be worked out once a field.
        """
        return {}

    def elapsed(self, before: Tensor) -> Tensor:
        """Musical time that the step before (B, T, F) took, 0 before the first: (B, T) float."""
        return ops.cast(before[..., 0] < self.fields[0].size, "float32")

    def hear(self, embed: Embed, before: Tensor, features: Heard) -> Heard:
        """What is heard before any field of a step is drawn, from the derived inputs."""
        return features

    def listen(self, embed: Embed, before: Tensor, heard: Heard) -> list[Tensor]:
        """The same as vectors (B, T, D) for the memory."""
        return []

    def attend(
        self, embed: Embed, before: Tensor, drawn: Tensor, heard: Heard
    ) -> tuple[list[Tensor], Heard]:
        """Vectors for the next field's head, and what is heard now that some fields are drawn.

        drawn: (B, T, i). heard: what it was for the field before, or what `hear` gave.
        """
        return [], heard
