"""Keras's LSTM layer with an inner loop that trains fast on CPUs.

Keras's own loop multiplies the inputs of each step by the weights inside the loop, and sums the
gradients of the weights there: a small product and a pass over all weights a step. Here the loop
computes what depends on the step before, the product of the state and the recurrent weights, and
the gates. All else is one large product over all steps, forward and backward.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from keras import layers

from musicgen.models.tensors import Tensor


class CpuLSTM(layers.LSTM):
    """`keras.layers.LSTM` with the loop below on CPUs; on GPUs Keras's own, which uses cuDNN."""

    def inner_loop(
        self, sequences: Tensor, initial_state: Any, mask: Tensor, training: bool = False
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Last output, all outputs (B, T, W) and last state, from an empty state: (B, T, D)."""
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
    """Hidden and cell states of all steps from zeros: (T, B, D) -> (T, B, W) twice.

    Gates are in Keras's order: input, forget, cell, output. The cell states have no gradient.
    """
    rows = tf.reshape(inputs, (-1, inputs.shape[-1]))  # (T * B, D)
    projected = tf.matmul(rows, kernel) + bias
    time_major = (*tf.unstack(tf.shape(inputs)[:2]), kernel.shape[1])
    loops = _COMPILED if inputs.dtype == tf.float32 else _PLAIN
    hidden, cells, gates = loops["forward"](tf.reshape(projected, time_major), recurrent)

    def gradients(d_hidden: Tensor, d_cells: Tensor) -> tuple[Tensor, ...]:
        d_sums = loops["backward"](d_hidden, cells, gates, recurrent)  # (T, B, 4 W)
        flat = tf.reshape(d_sums, (-1, kernel.shape[1]))
        earlier = tf.reshape(hidden[:-1], (-1, hidden.shape[-1]))
        later = tf.reshape(d_sums[1:], (-1, kernel.shape[1]))
        return (
            tf.reshape(tf.matmul(flat, kernel, transpose_b=True), tf.shape(inputs)),
            tf.matmul(rows, flat, transpose_a=True),
            tf.matmul(earlier, later, transpose_a=True),
            tf.reduce_sum(flat, axis=0),
        )

    return (hidden, cells), gradients


def _forward(projected: Tensor, recurrent: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(T, B, 4 W), (W, 4 W) -> hidden and cell states (T, B, W), gates (T, B, 4 W)."""
    steps, dtype, width = tf.shape(projected)[0], projected.dtype, recurrent.shape[0]
    empty = tf.zeros((tf.shape(projected)[1], width), tf.float32)

    def step(t: Tensor, hidden: Tensor, cell: Tensor, *arrays: Any) -> tuple[Any, ...]:
        values = _gates(projected[t], tf.matmul(hidden, recurrent), cell)
        return t + 1, *values[:2], *(a.write(t, v) for a, v in zip(arrays, values, strict=True))

    arrays = [
        tf.TensorArray(element, steps, element_shape=(None, size))
        for element, size in ((dtype, width), (tf.float32, width), (tf.float32, 4 * width))
    ]
    start = (0, tf.cast(empty, dtype), empty, *arrays)
    _, _, _, *arrays = tf.while_loop(lambda t, *_: t < steps, step, start)
    hidden, cells, gates = (array.stack() for array in arrays)
    return hidden, cells, gates


def _backward(d_hidden: Tensor, cells: Tensor, gates: Tensor, recurrent: Tensor) -> Tensor:
    """Gradients of the sums that go into the gates: -> (T, B, 4 W)."""
    steps, dtype = tf.shape(d_hidden)[0], d_hidden.dtype
    empty = tf.zeros_like(cells[0])
    before = tf.concat([empty[None], cells[:-1]], axis=0)

    def step(t: Tensor, d_next: Tensor, d_cell: Tensor, array: Any) -> tuple[Any, ...]:
        d_sums, d_cell = _gates_backward(d_hidden[t], d_next, d_cell, gates[t], cells[t], before[t])
        d_next = tf.matmul(d_sums, recurrent, transpose_b=True)
        return t - 1, d_next, d_cell, array.write(t, d_sums)

    array = tf.TensorArray(dtype, steps, element_shape=(None, recurrent.shape[1]))
    start = (steps - 1, tf.cast(empty, dtype), empty, array)
    *_, array = tf.while_loop(lambda t, *_: t >= 0, step, start)
    return array.stack()


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
    d_hidden: Tensor, d_next: Tensor, d_cell: Tensor, gates: Tensor, cell: Tensor, before: Tensor
) -> tuple[Tensor, Tensor]:
    """Gradients of the sums into the gates (B, 4 W) and of the cell state before (B, W)."""
    i, f, g, o = tf.split(gates, 4, axis=1)
    tanh_cell = tf.tanh(cell)
    d_output = tf.cast(d_hidden, tf.float32) + tf.cast(d_next, tf.float32)
    d_cell += d_output * o * (1 - tanh_cell * tanh_cell)
    d_gates = [
        d_cell * g * i * (1 - i),
        d_cell * before * f * (1 - f),
        d_cell * i * (1 - g * g),
        d_output * tanh_cell * o * (1 - o),
    ]
    return tf.cast(tf.concat(d_gates, axis=1), d_hidden.dtype), d_cell * f


# XLA multiplies a few rows faster in float32, TensorFlow in half precision.
_PLAIN: dict[str, Any] = {"forward": _forward, "backward": _backward}
_COMPILED: dict[str, Any] = {
    name: tf.function(loop, jit_compile=True) for name, loop in _PLAIN.items()
}
