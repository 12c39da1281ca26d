"""The training loss of worked examples."""

import keras
import numpy as np
import pytest

from musicgen.encoding.notes import NotesEncoding
from musicgen.models.build import build_model
from musicgen.models.settings import LstmSettings
from musicgen.training.keras.trainer import StepsTrainer

pytestmark = pytest.mark.keras

PROBABILITIES = [0.7, 0.2, 0.1]
LOGITS = [*np.log(PROBABILITIES), -1e9]  # the fourth value is masked


def trainer(smoothing: float) -> StepsTrainer:
    network = build_model(LstmSettings(8, 1, 0.0), NotesEncoding(((60,), (62,), (64,))))
    return StepsTrainer(network, ("token",), smoothing)


def loss(smoothing: float, training: bool = True) -> tuple[float, float]:
    """Loss and the metric `nats_token` of one step whose true value is the first."""
    model = trainer(smoothing)
    predicted = keras.ops.convert_to_tensor(np.array([[LOGITS]], np.float32))  # (1, 1, 4)
    value = model.compute_loss(
        None,
        {"token": np.zeros((1, 1), np.int32)},
        {"token": predicted},
        {"token": np.ones((1, 1), np.float32)},
        training=training,
    )
    return float(value), model.sums()["nats_token"]


def test_the_loss_is_the_cross_entropy_of_the_true_value() -> None:
    assert loss(0.0) == pytest.approx((-np.log(0.7), -np.log(0.7)), rel=1e-5)


def test_label_smoothing_spreads_over_the_values_that_are_not_masked() -> None:
    expected = 0.9 * -np.log(0.7) + 0.1 * -np.log(PROBABILITIES).mean()
    assert loss(0.1) == pytest.approx((expected, -np.log(0.7)), rel=1e-5)


def test_validation_is_not_smoothed() -> None:
    assert loss(0.1, training=False)[0] == pytest.approx(-np.log(0.7), rel=1e-5)
