"""Gradients of several replicas of a model, summed with as few messages as there can be.

Replicas on several machines wait for each message. Keras sends several for each variable: here all
dense gradients are in one, and all rows of embeddings' gradients in another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

Gradient = Any  # tf.Tensor or tf.IndexedSlices


class ReducedGradients:
    """Mixin of optimizers whose gradients are those of all replicas already.

    They are clipped as a whole then, as in one process.
    """

    def _all_reduce_sum_gradients(self, grads_and_vars: Any) -> list[Any]:
        return list(grads_and_vars)


def mean_over_replicas(gradients: Sequence[Gradient]) -> list[Gradient]:
    """Means of float32 gradients over all replicas, on each of them."""
    context = tf.distribute.get_replica_context()
    count = context.num_replicas_in_sync
    if count == 1:
        return list(gradients)
    shares = [tf.math.scalar_mul(1 / count, gradient) for gradient in gradients]
    is_dense = [not isinstance(share, tf.IndexedSlices) for share in shares]
    dense = iter(_summed([s for s, d in zip(shares, is_dense, strict=True) if d], context))
    rows = iter(_gathered([s for s, d in zip(shares, is_dense, strict=True) if not d], context))
    return [next(dense if d else rows) for d in is_dense]


def _summed(gradients: Sequence[tf.Tensor], context: Any) -> list[tf.Tensor]:
    """Sums of dense gradients over all replicas."""
    if not gradients:
        return []
    flat = tf.concat([tf.reshape(gradient, [-1]) for gradient in gradients], 0)
    total = context.all_reduce(tf.distribute.ReduceOp.SUM, flat)
    parts = tf.split(total, tf.stack([tf.size(g) for g in gradients]), num=len(gradients))
    return [tf.reshape(p, tf.shape(g)) for p, g in zip(parts, gradients, strict=True)]


def _gathered(gradients: Sequence[tf.IndexedSlices], context: Any) -> list[tf.IndexedSlices]:
    """The rows of all replicas, one after the other, as one process has them in its batch.

    Rows of one index stay several: Keras's optimizers square each by itself. Each row is sent with
    its index as a first column: floats are exact up to 2 ** 24.
    """
    if not gradients:
        return []
    tables = [
        tf.concat([tf.cast(g.indices, g.values.dtype)[:, None], g.values], 1) for g in gradients
    ]
    flat = tf.concat([tf.reshape(table, [-1]) for table in tables], 0)
    gathered = context.all_gather(flat[None], axis=0)  # (R, L)
    sizes = tf.stack([tf.size(table) for table in tables])
    parts = tf.split(gathered, sizes, axis=1, num=len(tables))
    return [joined_rows(part, gradient) for part, gradient in zip(parts, gradients, strict=True)]


def joined_rows(part: tf.Tensor, like: tf.IndexedSlices) -> tf.IndexedSlices:
    """The rows of all replicas from a part of what was gathered: (R, rows * columns).

    A row whose index no batch decides is there once a replica and once in one process, where it is
    the sum over the batch: those are summed.
    """
    columns = like.values.shape[1] + 1
    table = tf.reshape(part, [tf.shape(part)[0], -1, columns])  # (R, rows, columns)
    is_constant = _constant_rows(like)
    if not is_constant.any():
        rows = tf.reshape(table, [-1, columns])
    else:
        of_batch = tf.gather(table, np.flatnonzero(~is_constant), axis=1)
        shared = tf.gather(table, np.flatnonzero(is_constant), axis=1)
        summed = tf.concat([shared[0, :, :1], tf.reduce_sum(shared[:, :, 1:], axis=0)], 1)
        rows = tf.concat([tf.reshape(of_batch, [-1, columns]), summed], 0)
    indices = tf.cast(rows[:, 0], like.indices.dtype)
    return tf.IndexedSlices(rows[:, 1:], indices, like.dense_shape)


def _constant_rows(slices: tf.IndexedSlices) -> np.ndarray:
    """Which rows have an index that is a constant of the graph: (rows,); empty if not known."""
    operation = slices.indices.op
    parts = operation.inputs[:-1] if operation.type == "ConcatV2" else [slices.indices]
    lengths = [part.shape[0] for part in parts]
    if None in lengths:
        return np.zeros(0, bool)
    known: dict[str, bool] = {}
    return np.repeat([_is_constant(part, known) for part in parts], lengths)


def _is_constant(tensor: tf.Tensor, known: dict[str, bool]) -> bool:
    """Whether a tensor of a graph follows from constants alone; known: answers by operation."""
    operation = tensor.op
    if operation.name not in known:
        inputs = operation.inputs
        known[operation.name] = False  # where it follows from itself
        known[operation.name] = operation.type == "Const" or (
            bool(inputs) and all(_is_constant(each, known) for each in inputs)
        )
    return known[operation.name]
