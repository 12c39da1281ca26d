"""The loss that a training descends, by hand."""

import keras
import numpy as np
import pytest

from musicgen.encoding.notes import NotesEncoding
from musicgen.models.build import build_model
from musicgen.models.settings import LstmSettings
from musicgen.training.keras.trainer import StepsTrainer

CHANCES = [0.7, 0.2, 0.1]
LOGITS = [*np.log(CHANCES), -1e9]  # the fourth value cannot come


def trainer(smoothing: float) -> StepsTrainer:
    network = build_model(LstmSettings(8, 1, 0.0), NotesEncoding(((60,), (62,), (64,))))
    return StepsTrainer(network, ("token",), smoothing)


def loss(smoothing: float, training: bool = True) -> tuple[float, float]:
    """Of one step whose true value is the first: what is descended, and what is told."""
    judge = trainer(smoothing)
    predicted = keras.ops.convert_to_tensor(np.array([[LOGITS]], np.float32))  # (1, 1, 4)
    found = judge.compute_loss(
        None,
        {"token": np.zeros((1, 1), np.int32)},
        {"token": predicted},
        {"token": np.ones((1, 1), np.float32)},
        training=training,
    )
    return float(found), judge.sums()["nats_token"]


def test_it_is_what_the_true_value_costs() -> None:
    assert loss(0.0) == pytest.approx((-np.log(0.7), -np.log(0.7)), rel=1e-5)


def test_a_smoothed_target_wants_a_little_of_all_that_can_come() -> None:
    aim = 0.9 * -np.log(0.7) + 0.1 * -np.log(CHANCES).mean()
    assert loss(0.1) == pytest.approx((aim, -np.log(0.7)), rel=1e-5)


def test_validation_is_not_smoothed() -> None:
    assert loss(0.1, training=False)[0] == pytest.approx(-np.log(0.7), rel=1e-5)
