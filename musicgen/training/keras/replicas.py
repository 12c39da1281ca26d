"""Gradients of several replicas of a model, summed with as few messages as there can be.

Replicas on several machines wait for each message. Keras sends several for each variable: here all
dense gradients are in one, and all rows of embeddings' gradients in another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
    columns = [gradient.values.shape[1] + 1 for gradient in gradients]
    rows = [tf.reshape(part, [-1, width]) for part, width in zip(parts, columns, strict=True)]
    return [
        tf.IndexedSlices(row[:, 1:], tf.cast(row[:, 0], g.indices.dtype), g.dense_shape)
        for row, g in zip(rows, gradients, strict=True)
    ]
