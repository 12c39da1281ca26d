"""Keras's LSTM layer with an inner loop that trains fast on CPUs.

Keras's own loop takes the products of a step's inputs inside the loop, and sums the weights'
gradients there, a small product and a pass over all weights a step. Here only what a step needs
of the step before is in the loop: its state times the recurrent weights, and the gates. All
else is one large product over all steps, forward and backward.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from keras import layers

Tensor = Any


class CpuLSTM(layers.LSTM):
    """The same layer, weights and arguments; on GPUs it is Keras's own, and so cuDNN's."""

    def inner_loop(
        self, sequences: Tensor, initial_state: Any, mask: Tensor, training: bool = False
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """(B, T, D) from an empty state -> the last output, all (B, T, W), the last state."""
        if tf.config.list_logical_devices("GPU") or mask is not None:
            return super().inner_loop(sequences, initial_state, mask, training)
        cell = self.cell
        variables = (cell.kernel, cell.recurrent_kernel, cell.bias)
        weights = (tf.cast(variable.value, sequences.dtype) for variable in variables)
        hidden, cells = lstm(tf.transpose(sequences, (1, 0, 2)), *weights)
        states = [hidden[-1], tf.cast(cells[-1], hidden.dtype)]
        return states[0], tf.transpose(hidden, (1, 0, 2)), states


@tf.custom_gradient
def lstm(inputs: Tensor, kernel: Tensor, recurrent: Tensor, bias: Tensor) -> Any:
    """Hidden and cell states of all steps, from zeros: (T, B, D) -> (T, B, W) twice.

    Gates in Keras's order: input, forget, cell, output. No gradient flows from the cell states.
    """
    rows = tf.reshape(inputs, (-1, inputs.shape[-1]))  # (T * B, D)
    projected = tf.matmul(rows, kernel) + bias
    time_major = (*tf.unstack(tf.shape(inputs)[:2]), kernel.shape[1])
    loops = _COMPILED if inputs.dtype == tf.float32 else _PLAIN
    hidden, cells, gates = loops["forward"](tf.reshape(projected, time_major), recurrent)

    def gradients(of_hidden: Tensor, of_cells: Tensor) -> tuple[Tensor, ...]:
        of_sums = loops["backward"](of_hidden, cells, gates, recurrent)  # (T, B, 4 W)
        flat = tf.reshape(of_sums, (-1, kernel.shape[1]))
        earlier = tf.reshape(hidden[:-1], (-1, hidden.shape[-1]))
        later = tf.reshape(of_sums[1:], (-1, kernel.shape[1]))
        return (
            tf.reshape(tf.matmul(flat, kernel, transpose_b=True), tf.shape(inputs)),
            tf.matmul(rows, flat, transpose_a=True),
            tf.matmul(earlier, later, transpose_a=True),
            tf.reduce_sum(flat, axis=0),
        )

    return (hidden, cells), gradients


def _forward(projected: Tensor, recurrent: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(T, B, 4 W), (W, 4 W) -> hidden and cell states (T, B, W), gates (T, B, 4 W)."""
    steps, kind, width = tf.shape(projected)[0], projected.dtype, recurrent.shape[0]
    empty = tf.zeros((tf.shape(projected)[1], width), tf.float32)

    def step(t: Tensor, hidden: Tensor, cell: Tensor, *kept: Any) -> tuple[Any, ...]:
        values = _gates(projected[t], tf.matmul(hidden, recurrent), cell)
        return t + 1, *values[:2], *(k.write(t, v) for k, v in zip(kept, values, strict=True))

    kept = [
        tf.TensorArray(of, steps, element_shape=(None, size))
        for of, size in ((kind, width), (tf.float32, width), (tf.float32, 4 * width))
    ]
    start = (0, tf.cast(empty, kind), empty, *kept)
    _, _, _, *kept = tf.while_loop(lambda t, *_: t < steps, step, start)
    hidden, cells, gates = (k.stack() for k in kept)
    return hidden, cells, gates


def _backward(of_hidden: Tensor, cells: Tensor, gates: Tensor, recurrent: Tensor) -> Tensor:
    """Gradients of what goes into the gates: -> (T, B, 4 W)."""
    steps, kind = tf.shape(of_hidden)[0], of_hidden.dtype
    empty = tf.zeros_like(cells[0])
    before = tf.concat([empty[None], cells[:-1]], axis=0)

    def step(t: Tensor, of_next: Tensor, of_cell: Tensor, kept: Any) -> tuple[Any, ...]:
        of_sums, of_cell = _gates_backward(
            of_hidden[t], of_next, of_cell, gates[t], cells[t], before[t]
        )
        of_next = tf.matmul(of_sums, recurrent, transpose_b=True)
        return t - 1, of_next, of_cell, kept.write(t, of_sums)

    kept = tf.TensorArray(kind, steps, element_shape=(None, recurrent.shape[1]))
    start = (steps - 1, tf.cast(empty, kind), empty, kept)
    *_, kept = tf.while_loop(lambda t, *_: t >= 0, step, start)
    return kept.stack()


@tf.function(jit_compile=True)
def _gates(projected: Tensor, from_hidden: Tensor, cell: Tensor) -> tuple[Tensor, ...]:
    """The new hidden and cell state (B, W), and the gates (B, 4 W)."""
    sums = tf.cast(projected, tf.float32) + tf.cast(from_hidden, tf.float32)
    i, f, g, o = tf.split(sums, 4, axis=1)
    i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
    cell = f * cell + i * g
    return tf.cast(o * tf.tanh(cell), projected.dtype), cell, tf.concat([i, f, g, o], axis=1)


@tf.function(jit_compile=True)
def _gates_backward(
    of_hidden: Tensor, of_next: Tensor, of_cell: Tensor, gates: Tensor, cell: Tensor, before: Tensor
) -> tuple[Tensor, Tensor]:
    """Gradients of what went into the gates (B, 4 W), and of the cell state before (B, W)."""
    i, f, g, o = tf.split(gates, 4, axis=1)
    squashed = tf.tanh(cell)
    of_output = tf.cast(of_hidden, tf.float32) + tf.cast(of_next, tf.float32)
    of_cell += of_output * o * (1 - squashed * squashed)
    of_gates = [
        of_cell * g * i * (1 - i),
        of_cell * before * f * (1 - f),
        of_cell * i * (1 - g * g),
        of_output * squashed * o * (1 - o),
    ]
    return tf.cast(tf.concat(of_gates, axis=1), of_hidden.dtype), of_cell * f


# XLA's float32 products of a few rows are the faster ones, TensorFlow's in half precision.
_PLAIN: dict[str, Any] = {"forward": _forward, "backward": _backward}
_COMPILED: dict[str, Any] = {
    name: tf.function(loop, jit_compile=True) for name, loop in _PLAIN.items()
}
