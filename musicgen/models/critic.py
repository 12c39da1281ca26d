"""Critic: how likely it is, after each step, that people wrote the piece so far.

It is trained on pieces of people and on pieces that a model composed. Its logit is then the log
ratio of the two densities, of a piece up to a step, by which composed pieces are weighted
(`composing/decoding/particles.py`). After Yang & Klein, FUDGE: Controlled Text Generation With
Future Discriminators, 2021, and Zhao et al., Probabilistic Inference in Language Models via Twisted
Sequential Monte Carlo, 2024.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import layers

from musicgen.models.dimensions import CRITIC_HIDDEN_DIM
from musicgen.models.feature_encoders.interface import FeatureEncoder
from musicgen.models.sequence import SequenceModel
from musicgen.models.tensors import FeatureTensors, Tensor


class CriticHead(layers.Layer):
    """Logit of people's music through one hidden layer: (B, T, D) -> (B, T, 1)."""

    def __init__(self, dropout: float, **arguments: Any) -> None:
        super().__init__(autocast=False, **arguments)
        self.hidden = layers.Dense(CRITIC_HIDDEN_DIM, activation="silu", name="hidden")
        self.dropout = layers.Dropout(dropout, name="dropout")
        self.logit = layers.Dense(1, dtype="float32", name="logit")

    def call(self, context: Tensor, features: FeatureTensors) -> Tensor:
        return self.logit(self.dropout(self.hidden(context)))


@keras.saving.register_keras_serializable(package="musicgen")
class CriticModel(SequenceModel):
    """Windows to logits: `before` (B, T, F), features (B, T, W) -> {"people": (B, T, 1)}.

    Position t is of the steps before it: it does not read what is drawn there.
    """

    def build_heads(self, encoder: FeatureEncoder) -> list[layers.Layer]:
        """The one head."""
        return [CriticHead(encoder.settings.dropout, name="critic_head")]

    def head_logits(
        self, inputs: Mapping[str, Tensor], backbone: Callable[[Tensor, Tensor], Tensor]
    ) -> dict[str, Tensor]:
        """The one logit: {"people": (B, T, 1)}."""
        hidden, features = self.hidden_states(inputs, backbone)
        nothing = inputs["before"][..., :0]
        logits, _ = self.field_logits(self.embed, hidden, inputs["before"], nothing, features)
        return {"people": logits}
