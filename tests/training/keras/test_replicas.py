"""Gradients of embeddings, joined from several replicas."""

import pytest
import tensorflow as tf

from musicgen.training.keras.replicas import joined_rows

pytestmark = pytest.mark.keras


@tf.function(input_signature=[tf.TensorSpec([2], tf.int32)])
def joined_gradient(indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Indices and values of the gradient of a table of one column, from two equal replicas."""
    table = tf.constant([[1.0], [2.0], [3.0]])
    with tf.GradientTape() as tape:
        tape.watch(table)
        of_batch = tf.gather(table, indices)
        of_all = tf.gather(table, tf.where(tf.constant([True, False]), [2, 2], [0, 0]))
        loss = tf.reduce_sum(of_batch) + 5 * tf.reduce_sum(of_all)
    gradient = tape.gradient(loss, table)
    rows = tf.concat([tf.cast(gradient.indices, tf.float32)[:, None], gradient.values], 1)
    flat = tf.reshape(rows, [1, -1])
    joined = joined_rows(tf.concat([flat, flat], 0), gradient)
    return joined.indices, joined.values


def test_rows_that_no_batch_decides_are_summed() -> None:
    """One process has them once; an optimizer that squares each row needs their sum."""
    indices, values = joined_gradient(tf.constant([1, 1]))
    rows = sorted(zip(indices.numpy().tolist(), values.numpy()[:, 0].tolist(), strict=True))
    assert rows == [(0, 10.0), (1, 1.0), (1, 1.0), (1, 1.0), (1, 1.0), (2, 10.0)]
