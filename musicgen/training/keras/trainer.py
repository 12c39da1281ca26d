"""Keras model and dataset for `fit`: loss, metrics as sums, batches from a generator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from musicgen.models.build import StepsModel
from musicgen.training.data.windows import Batch
from musicgen.training.keras.replicas import mean_over_replicas

Tensor = Any

MIN_POSSIBLE_LOGIT = -1e8  # lower ones are masked values, which have no probability
PREFETCHED_BATCHES = 4


class StepsTrainer(keras.Model):
    """Cross-entropy of all fields of all steps, in nats, summed over fields.

    In training, the fraction `smoothing` of each target is spread over all values that are not
    masked (label smoothing: Szegedy et al., Rethinking the Inception Architecture, 2016,
    section 7). The metrics are those of the plain cross-entropy.

    Metrics are sums over the epoch so far: `notes` (predicted steps), and `nats_FIELD` and
    `hits_FIELD` per field.
    """

    def __init__(
        self, network: StepsModel, fields: tuple[str, ...], smoothing: float = 0.0
    ) -> None:
        super().__init__(name="trainer", autocast=False)
        self.network, self.fields, self.smoothing = network, fields, smoothing
        self.notes = keras.metrics.Sum("notes")
        self.nats = {name: keras.metrics.Sum(f"nats_{name}") for name in fields}
        self.hits = {name: keras.metrics.Sum(f"hits_{name}") for name in fields}
        self.built = True  # as the network is

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return [self.notes, *self.nats.values(), *self.hits.values()]

    def call(self, inputs: Mapping[str, Tensor], training: bool | None = None) -> Any:
        return self.network(inputs, training=training)

    def train_step(self, data: Any) -> dict[str, Tensor]:
        """Train on one batch. No metric is returned: Keras would wait for the device to read it."""
        inputs, targets, weights = data
        with tf.GradientTape() as tape:
            logits = self(inputs, training=True)
            loss = self.compute_loss(inputs, targets, logits, weights)
            scaled = self.optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled, self.trainable_variables)
        self.optimizer.apply_gradients(
            zip(mean_over_replicas(gradients), self.trainable_variables, strict=True)
        )
        return {"batches": tf.constant(1.0)}  # Keras does not accept empty logs

    def sums(self) -> dict[str, float]:
        """Current values of the metrics; waits for the batches that the device works on."""
        return {metric.name: float(metric.result()) for metric in self.metrics}

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        """Loss of a batch, and update of the metrics.

        y and sample_weight: (B, T) by field; y_pred: logits (B, T, V) by field.
        """
        total: Tensor = 0.0
        for name in self.fields:
            weight = sample_weight[name]  # (B, T), 0 for padding
            nats = ops.sparse_categorical_crossentropy(y[name], y_pred[name], from_logits=True)
            loss = self._smooth(nats, y_pred[name]) if training and self.smoothing else nats
            total += ops.mean(loss * weight)
            self.nats[name].update_state(nats, weight)
            # `==` would leave the rank open where the length is known on one side only.
            hit = ops.equal(ops.cast(ops.argmax(y_pred[name], axis=-1), "int32"), y[name])
            self.hits[name].update_state(ops.cast(hit, "float32"), weight)
        self.notes.update_state(sample_weight[self.fields[0]])
        # The mean counts the empty rows that fill up a batch: a last batch weighs less.
        return total

    def _smooth(self, nats: Tensor, logits: Tensor) -> Tensor:
        """Loss of the smoothed targets: nats (B, T), logits (B, T, V) -> (B, T)."""
        possible = logits > MIN_POSSIBLE_LOGIT
        losses = ops.where(possible, -ops.log_softmax(logits), 0.0)  # (B, T, V)
        count = ops.sum(ops.cast(possible, losses.dtype), axis=-1)  # (B, T)
        return (1 - self.smoothing) * nats + self.smoothing * ops.sum(losses, axis=-1) / count


def as_dataset(
    batches: Callable[[], Iterator[Batch]], example: Batch, count: int
) -> tf.data.Dataset:
    """Dataset of the first `count` batches of a generator, prefetched while others are trained on.

    example: a batch of the same shapes and types.
    """
    signature = tf.nest.map_structure(lambda a: tf.TensorSpec(a.shape, a.dtype), example)
    dataset = tf.data.Dataset.from_generator(batches, output_signature=signature)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(count))
    return dataset.prefetch(PREFETCHED_BATCHES)
