"""A model of steps as `fit` sees it: the loss, and sums from which exact means follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from musicgen.models.build import StepsModel

Tensor = Any

FORBIDDEN = -1e8  # logits below are of what cannot come, and stay so


class StepsTrainer(keras.Model):
    """Cross-entropy of every field of every step, in nats, summed over fields.

    While it trains, the share `smoothing` of each target is spread over all values that are not
    forbidden: Szegedy and others, Rethinking the Inception Architecture, 2016, section 7. What
    the logs tell is the plain cross-entropy.

    Logs are sums over the epoch so far: `notes`, and `nats_FIELD` and `hits_FIELD` of each field.
    """

    def __init__(
        self, network: StepsModel, fields: tuple[str, ...], smoothing: float = 0.0
    ) -> None:
        super().__init__(name="trainer", autocast=False)
        self.network, self.fields, self.smoothing = network, fields, smoothing
        self.notes = keras.metrics.Sum("notes")
        self.nats = {name: keras.metrics.Sum(f"nats_{name}") for name in fields}
        self.hits = {name: keras.metrics.Sum(f"hits_{name}") for name in fields}
        self.built = True  # the network is

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return [self.notes, *self.nats.values(), *self.hits.values()]

    def call(self, inputs: Mapping[str, Tensor], training: bool | None = None) -> Any:
        return self.network(inputs, training=training)

    def train_step(self, data: Any) -> dict[str, Tensor]:
        """One batch. Its logs tell nothing, so that a fast device need not wait to be read."""
        inputs, targets, weights = data
        with tf.GradientTape() as tape:
            predicted = self(inputs, training=True)
            loss = self.compute_loss(inputs, targets, predicted, weights)
            scaled = self.optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled, self.trainable_variables)
        self.optimizer.apply_gradients(
            zip(_share(gradients), self.trainable_variables, strict=True)
        )
        return {"batches": tf.constant(1.0)}  # Keras wants something

    def sums(self) -> dict[str, float]:
        """The metrics as they are now; waits for the batches that are under way."""
        return {metric.name: float(metric.result()) for metric in self.metrics}

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        """y and sample_weight: (B, T) by field; y_pred: (B, T, V) by field."""
        total: Tensor = 0.0
        for name in self.fields:
            weight = sample_weight[name]
            nats = ops.sparse_categorical_crossentropy(y[name], y_pred[name], from_logits=True)
            aim = self._smoothed(nats, y_pred[name]) if training and self.smoothing else nats
            total += ops.mean(aim * weight)
            self.nats[name].update_state(nats, weight)
            # `==` would leave the rank open where a length is known of one side alone.
            hit = ops.equal(ops.cast(ops.argmax(y_pred[name], axis=-1), "int32"), y[name])
            self.hits[name].update_state(ops.cast(hit, "float32"), weight)
        self.notes.update_state(sample_weight[self.fields[0]])
        # Empty rows fill up a batch; without them the mean would be this much larger.
        return total

    def _smoothed(self, nats: Tensor, logits: Tensor) -> Tensor:
        """(B, T), (B, T, V) -> (B, T)"""
        possible = logits > FORBIDDEN
        costs = ops.where(possible, -ops.log_softmax(logits), 0.0)
        count = ops.sum(ops.cast(possible, costs.dtype), axis=-1)
        return (1 - self.smoothing) * nats + self.smoothing * ops.sum(costs, axis=-1) / count


def clip_norm_of_share(norm: float) -> float:
    """At which norm one device clips its share of gradients that are clipped at `norm`."""
    return norm / tf.distribute.get_strategy().num_replicas_in_sync


def _share(gradients: Sequence[Tensor]) -> Sequence[Tensor]:
    """This device's share of the gradients of the whole batch.

    Optimizers clip on each device, then sum over devices: clipped must be what all have together.
    """
    devices = tf.distribute.get_strategy().num_replicas_in_sync
    if devices == 1:
        return gradients
    context = tf.distribute.get_replica_context()
    means = [context.all_reduce(tf.distribute.ReduceOp.MEAN, g) for g in gradients]
    # Those of embeddings are slices, and stay so: optimizers leave the rows between them alone.
    return [tf.math.scalar_mul(1 / devices, mean) for mean in means]
