"""Backbone of the `lstm` model: LSTM layers over whole windows, or one step at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from keras import layers, ops

from musicgen.models.backbones.cpu_lstm import CpuLSTM
from musicgen.models.settings import LstmSettings
from musicgen.models.tensors import Tensor


class LstmBackbone(layers.Layer):
    """LSTM layers with dropout: (B, T, D) -> (B, T, width)."""

    def __init__(self, settings: LstmSettings, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.settings = settings
        # Default activations and no recurrent dropout: cuDNN runs nothing else.
        self.layers = [
            CpuLSTM(settings.width, return_sequences=True, name=f"lstm_{i}")
            for i in range(settings.layers)
        ]
        self.dropout = layers.Dropout(settings.dropout, name="dropout")

    @property
    def state(self) -> Mapping[str, tuple[int, ...]]:
        """Shapes of one row of the carried arrays, by name."""
        return {f"{p}_{i}": (self.settings.width,) for i in range(len(self.layers)) for p in "hc"}

    def build(self, shape: tuple[int | None, ...]) -> None:
        for layer in self.layers:
            layer.build(shape)
            shape = (*shape[:-1], self.settings.width)

    def call(self, vectors: Tensor, elapsed: Tensor) -> Tensor:
        """elapsed: musical times of the steps, which LSTM layers do not use."""
        for layer in self.layers:
            vectors = self.dropout(layer(vectors))
        return vectors

    def step(
        self, vector: Tensor, elapsed: Tensor, state: Sequence[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        """One step with carried state: (B, D), (B,), 2 * layers of (B, width)."""
        carried: list[Tensor] = []
        for i, layer in enumerate(self.layers):
            hidden, cell = _lstm_cell(layer.cell, vector, state[2 * i], state[2 * i + 1])
            vector = hidden
            carried += [hidden, cell]
        return vector, carried


def _lstm_cell(
    layer: layers.LSTMCell, vector: Tensor, hidden: Tensor, cell: Tensor
) -> list[Tensor]:
    """The next hidden and cell state, (B, W) each; one matrix product where Keras has two."""
    weights = ops.concatenate([layer.kernel, layer.recurrent_kernel], axis=0)
    gates = ops.matmul(ops.concatenate([vector, hidden], axis=-1), weights) + layer.bias
    i, f, g, o = ops.split(gates, 4, axis=-1)
    cell = ops.sigmoid(f) * cell + ops.sigmoid(i) * ops.tanh(g)
    return [ops.sigmoid(o) * ops.tanh(cell), cell]
