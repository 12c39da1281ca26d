"""Averaged weights take the place of the trained ones for validation and checkpoints only."""

import numpy as np
import pytest

from musicgen.training.keras.averaging import AveragingAdamW, averaged, swap_averages
from musicgen.training.keras.optimizer import build_optimizer
from musicgen.training.settings import TrainSettings

pytestmark = pytest.mark.keras


def _fitted(momentum: float) -> tuple:
    """A model of one weight after three batches, its optimizer, and the weight after each batch."""
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    optimizer = build_optimizer(TrainSettings(learning_rate=0.1, average=momentum))
    model.compile(optimizer=optimizer, loss="mse")
    weights = []
    for _ in range(3):
        model.fit(np.ones((1, 1)), np.full((1, 1), 9.0), verbose=0)
        weights.append(float(model.trainable_variables[0].numpy()[0, 0]))
    return model, optimizer, weights


def _weight(model) -> float:
    return float(model.trainable_variables[0].numpy()[0, 0])


def test_averages_replace_the_weights_within_the_context() -> None:
    model, optimizer, (first, second, third) = _fitted(0.15)
    assert first < second < third
    # Momentum is 1/10 after one batch, and then 0.15, which is less than 2/11.
    expected = 0.15 * (0.1 * first + 0.9 * second) + 0.85 * third
    with averaged(model, optimizer):
        assert _weight(model) == pytest.approx(expected)
    assert _weight(model) == third


def test_without_averages_nothing_is_swapped() -> None:
    model, optimizer, weights = _fitted(0.0)
    assert isinstance(optimizer, AveragingAdamW)
    swap_averages(model, optimizer)
    assert _weight(model) == weights[-1]


def test_averages_need_adamw_and_a_momentum_below_one() -> None:
    with pytest.raises(ValueError, match="adamw"):
        TrainSettings(optimizer="rmsprop", average=0.9)
    with pytest.raises(ValueError, match="average 1"):
        TrainSettings(average=1.0)
