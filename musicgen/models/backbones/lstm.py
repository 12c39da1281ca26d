"""The `lstm` model's memory: LSTM layers, over whole windows or one step at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from keras import layers, ops

from musicgen.models.backbones.cpu_lstm import CpuLSTM
from musicgen.models.settings import LstmSettings

Tensor = Any


class LstmBackbone(layers.Layer):
    """What a step holds and all before it, as one vector: (B, T, D) -> (B, T, width)."""

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
        """Shape of each carried array of one piece."""
        return {f"{p}_{i}": (self.settings.width,) for i in range(len(self.layers)) for p in "hc"}

    def build(self, shape: tuple[int | None, ...]) -> None:
        for layer in self.layers:
            layer.build(shape)
            shape = (*shape[:-1], self.settings.width)

    def call(self, vectors: Tensor, elapsed: Tensor) -> Tensor:
        """elapsed: musical time of each step, which this memory has no use for."""
        for layer in self.layers:
            vectors = self.dropout(layer(vectors))
        return vectors

    def step(
        self, vector: Tensor, elapsed: Tensor, state: Sequence[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        """One step with carried state: (B, D), (B,), 2 * layers of (B, width)."""
        carried: list[Tensor] = []
        for i, layer in enumerate(self.layers):
            hidden, cell = _cell(layer.cell, vector, state[2 * i], state[2 * i + 1])
            vector = hidden
            carried += [hidden, cell]
        return vector, carried


def _cell(cell: layers.LSTMCell, vector: Tensor, hidden: Tensor, state: Tensor) -> list[Tensor]:
    """Keras's cell with one product in place of two: the new hidden and cell state, (B, W)."""
    weights = ops.concatenate([cell.kernel, cell.recurrent_kernel], axis=0)
    sums = ops.matmul(ops.concatenate([vector, hidden], axis=-1), weights) + cell.bias
    i, f, g, o = ops.split(sums, 4, axis=-1)
    state = ops.sigmoid(f) * state + ops.sigmoid(i) * ops.tanh(g)
    return [ops.sigmoid(o) * ops.tanh(state), state]
