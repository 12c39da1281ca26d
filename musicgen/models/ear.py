"""What a model takes in beside the fields of the step before, by encoding.

The ear of an encoding turns its derived inputs into vectors, for the memory and for each head,
and knows which heads suit the fields. This one is for encodings that derive nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keras import layers, ops

from musicgen.encoding.steps import Encoding
from musicgen.models.heads import FieldHead
from musicgen.models.settings import LstmSettings, TransformerSettings

Tensor = Any
Embed = Callable[[Sequence[Tensor]], list[Tensor]]  # the first fields of a step as vectors


class Ear(layers.Layer):
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

    def elapsed(self, before: Sequence[Tensor]) -> Tensor:
        """Musical time that the step before took, 0 before the first: (B, T) float."""
        return ops.cast(before[0] < self.fields[0].size, "float32")

    def listen(
        self, embed: Embed, before: Sequence[Tensor], derived: Mapping[str, Tensor]
    ) -> list[Tensor]:
        """What is heard before a step is drawn, as vectors (B, T, D) for the memory."""
        return []

    def attend(
        self,
        embed: Embed,
        before: Sequence[Tensor],
        drawn: Sequence[Tensor],
        derived: Mapping[str, Tensor],
    ) -> tuple[list[Tensor], Any]:
        """The same once some fields are drawn: vectors for the next field's head, and more."""
        return [], None
