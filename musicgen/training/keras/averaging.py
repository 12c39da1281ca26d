"""Averaged weights: an exponential moving average over batches, stored beside the weights.

Validation, checkpoints and composing use the averages; training continues from the weights
themselves (Polyak and Juditsky 1992, as in Keras's optimizers).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from musicgen.training.keras.replicas import ReducedGradients

WARM_UP_BATCHES = 9.0  # momentum is n / (n + 9) after n batches, until it reaches the setting


class AveragingAdamW(ReducedGradients, keras.optimizers.AdamW):
    """AdamW whose averages forget the initial weights quickly and never overwrite the weights.

    Its gradients are those of all replicas already.

    Keras's own averages have a constant momentum, which keeps the initial weights for long, and
    replace the weights at the end of each `fit`, which is an epoch here.
    """

    def _update_model_variables_moving_average(self, trainable_variables: Any) -> None:
        batches = keras.ops.cast(self.iterations, "float32")
        momentum = keras.ops.minimum(self.ema_momentum, batches / (batches + WARM_UP_BATCHES))
        averages = self._model_variables_moving_average if self.use_ema else ()
        for variable, average in zip(trainable_variables, averages, strict=False):
            average.assign(momentum * average + (1 - momentum) * variable)

    def finalize_variable_values(self, var_list: Any) -> None:
        """Leave the weights as they are."""


def swap_averages(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> None:
    """Exchange the values of the weights and of their averages, where the optimizer has any."""
    if not optimizer.use_ema or not int(optimizer.iterations.value):
        return
    averages = optimizer._model_variables_moving_average
    for variable, average in zip(model.trainable_variables, averages, strict=True):
        value = keras.ops.copy(variable.value)
        variable.assign(average.value)
        average.assign(value)


@contextmanager
def averaged(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> Iterator[None]:
    """Context in which the model's weights are the averages, where the optimizer has any."""
    swap_averages(model, optimizer)
    try:
        yield
    finally:
        swap_averages(model, optimizer)
