"""Averaged weights: an exponential moving average over the batches, beside the trained weights.

The averages are what is validated, exported and composed with; training goes on from the weights
themselves (Polyak and Juditsky 1992, as Keras's optimizers keep them).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

YOUTH = 9.0  # the average is over the last tenth of the batches, until that is long enough


class AveragingAdamW(keras.optimizers.AdamW):
    """AdamW whose averages forget the beginning sooner, and stay beside the weights.

    Keras's own keep the first weights for long, and overwrite the weights at the end of each
    `fit`, which here is an epoch.
    """

    def _update_model_variables_moving_average(self, trainable_variables: Any) -> None:
        batches = keras.ops.cast(self.iterations, "float32")
        share = keras.ops.minimum(self.ema_momentum, batches / (batches + YOUTH))
        averages = self._model_variables_moving_average if self.use_ema else ()
        for variable, average in zip(trainable_variables, averages, strict=False):
            average.assign(share * average + (1 - share) * variable)

    def finalize_variable_values(self, var_list: Any) -> None:
        pass


def swap_averages(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> None:
    """The weights take their averages' values, and the averages theirs; twice is not at all."""
    if not optimizer.use_ema or not int(optimizer.iterations.value):
        return
    averages = optimizer._model_variables_moving_average
    for variable, average in zip(model.trainable_variables, averages, strict=True):
        value = keras.ops.copy(variable.value)
        variable.assign(average.value)
        average.assign(value)


@contextmanager
def averaged(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> Iterator[None]:
    """With the averages in the weights' place, where the optimizer keeps any."""
    swap_averages(model, optimizer)
    try:
        yield
    finally:
        swap_averages(model, optimizer)
