"""The learning rate schedule."""

import pytest

from musicgen.training.keras.optimizer import FINAL_RATE, WARM_UP_BATCHES, learning_rate
from musicgen.training.settings import TrainSettings

pytestmark = pytest.mark.keras


def test_learning_rate_warms_up_and_then_decays() -> None:
    settings = TrainSettings(learning_rate=1.0)
    assert learning_rate(settings, 0, 0.0) == pytest.approx(1 / WARM_UP_BATCHES)
    assert learning_rate(settings, WARM_UP_BATCHES, 0.0) == pytest.approx(1.0)
    assert learning_rate(settings, 10_000, 0.5) == pytest.approx((1 + FINAL_RATE) / 2)
    assert (
        learning_rate(settings, 10_000, 1.0)
        == learning_rate(settings, 10_000, 7.0)
        == pytest.approx(FINAL_RATE)
    )
    constant = TrainSettings(learning_rate=0.1, schedule="constant")
    assert learning_rate(constant, 0, 0.0) == learning_rate(constant, 9, 1.0) == 0.1
