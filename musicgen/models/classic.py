"""The `classic` model: the notebook's network, layer by layer.

Inputs are windows of token indices scaled to 0..1; the target is the token that follows.
"""

from __future__ import annotations

from collections.abc import Mapping

import keras
from keras import layers, ops

from musicgen.models.settings import ClassicSettings
from musicgen.models.tensors import Tensor


def classic_network(settings: ClassicSettings, vocabulary: int) -> keras.Sequential:
    """(B, window, 1) in 0..1 -> (B, V) probabilities."""
    network = keras.Sequential(name="classic")
    network.add(keras.Input((settings.window, 1)))
    for i in range(settings.layers):
        if i:
            network.add(layers.Dropout(settings.dropout))
        is_last = i + 1 == settings.layers
        # Names of our own: those that Keras gives count up through a process.
        name = f"lstm_{i}" if i else "lstm"
        network.add(layers.LSTM(settings.width, return_sequences=not is_last, name=name))
    network.add(layers.Dense(settings.dense, name="dense"))
    network.add(layers.Dropout(settings.dropout))
    network.add(layers.Dense(vocabulary, name="dense_1"))
    network.add(layers.Activation("softmax"))
    return network


class ClassicModel(keras.Model):
    """The notebook's network for training: `window` (B, window, 1) -> {token: (B, 1, V)}.

    Gives logits in place of probabilities, for a cross-entropy without rounding.
    """

    def __init__(self, settings: ClassicSettings, field: str, vocabulary: int) -> None:
        super().__init__(name="classic_model", autocast=False)
        self.settings, self.field, self.vocabulary = settings, field, vocabulary
        self.network = classic_network(settings, vocabulary)

    def call(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        logits = self.window_logits(inputs["window"])[:, None]
        return {self.field: ops.cast(logits, "float32")}

    def window_logits(self, window: Tensor) -> Tensor:
        """The input of the softmax: (B, window, 1) -> (B, V)."""
        for layer in self.network.layers[:-1]:
            window = layer(window)
        return window


class ClassicStep(keras.Model):
    """One token of B rows, the window carried as state: exported as an ONNX graph."""

    def __init__(self, model: ClassicModel) -> None:
        super().__init__(name="step_classic", autocast=False)
        self.model = model

    @property
    def state(self) -> dict[str, tuple[int, ...]]:
        """Shapes of one row of the carried arrays, by name."""
        return {"window": (self.model.settings.window,)}

    def input_shapes(self) -> dict[str, tuple[tuple[int, ...], str]]:
        """Shapes of one row and dtypes of the inputs, by name."""
        carried = {name: (shape, "float32") for name, shape in self.state.items()}
        return {"before": ((1,), "int32"), **carried}

    def call(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        scaled = ops.cast(inputs["before"], "float32") / self.model.vocabulary  # (B, 1)
        window = ops.concatenate([inputs["window"][:, 1:], scaled], axis=1)  # (B, window)
        logits = self.model.window_logits(window[..., None])
        return {"logits": logits, "hidden": scaled, "window_out": window}
