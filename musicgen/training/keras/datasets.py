"""Windows as a dataset that `fit` takes."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def as_dataset(batches: Any, windows: Any, count: int) -> tf.data.Dataset:
    """So many batches from a generator, made ready while the one before is trained on."""
    example = next(iter(windows.once()))
    signature = tf.nest.map_structure(lambda a: tf.TensorSpec(a.shape, a.dtype), example)
    dataset = tf.data.Dataset.from_generator(batches, output_signature=signature)
    return dataset.apply(tf.data.experimental.assert_cardinality(count)).prefetch(4)
