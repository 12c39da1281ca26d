"""The `classic` model: the notebook's network, layer by layer.

Inputs are windows of token numbers scaled to 0..1; the target is the token that follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
from keras import layers, ops

from musicgen.models.settings import ClassicSettings

Tensor = Any


def classic_network(settings: ClassicSettings, vocabulary: int) -> keras.Sequential:
    """(B, window, 1) in 0..1 -> (B, V) probabilities."""
    network = keras.Sequential(name="classic")
    network.add(keras.Input((settings.window, 1)))
    for i in range(settings.layers):
        if i:
            network.add(layers.Dropout(settings.dropout))
        more = i + 1 < settings.layers
        # Named, so that paths of weights do not depend on what else a process has made.
        name = f"lstm_{i}" if i else "lstm"
        network.add(layers.LSTM(settings.width, return_sequences=more, name=name))
    network.add(layers.Dense(settings.dense, name="dense"))
    network.add(layers.Dropout(settings.dropout))
    network.add(layers.Dense(vocabulary, name="dense_1"))
    network.add(layers.Activation("softmax"))
    return network


class ClassicModel(keras.Model):
    """The notebook's network as a model of steps: `window` (B, window, 1) -> {token: (B, 1, V)}.

    It gives what goes into the softmax, so that cross-entropy is taken without rounding.
    """

    def __init__(self, settings: ClassicSettings, field: str, vocabulary: int) -> None:
        super().__init__(name="classic_model", autocast=False)
        self.settings, self.field, self.vocabulary = settings, field, vocabulary
        self.network = classic_network(settings, vocabulary)

    def call(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        logits = self.before_softmax(inputs["window"])[:, None]
        return {self.field: ops.cast(logits, "float32")}

    def before_softmax(self, window: Tensor) -> Tensor:
        for layer in self.network.layers[:-1]:
            window = layer(window)
        return window


class ClassicStep(keras.Model):
    """One token of B pieces, the window carried as state: what is exported as ONNX."""

    def __init__(self, model: ClassicModel) -> None:
        super().__init__(name="step_classic", autocast=False)
        self.model = model

    @property
    def state(self) -> dict[str, tuple[int, ...]]:
        return {"window": (self.model.settings.window,)}

    def inputs_of_step(self) -> dict[str, tuple[tuple[int, ...], str]]:
        carried = {name: (shape, "float32") for name, shape in self.state.items()}
        return {"before": ((1,), "int32"), **carried}

    def call(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        scaled = ops.cast(inputs["before"], "float32") / self.model.vocabulary  # (B, 1)
        window = ops.concatenate([inputs["window"][:, 1:], scaled], axis=1)  # (B, window)
        logits = self.model.before_softmax(window[..., None])
        return {"logits": logits, "memory": scaled, "window_out": window}
