import numpy as np
import pytest

from musicgen.evaluation.calibration import BINS, Calibration


def test_the_error_is_the_gap_between_said_and_true() -> None:
    confidence = np.array([0.95, 0.95, 0.55, 0.55])
    found = Calibration.of(confidence, np.array([1, 1, 1, 0]))
    assert len(found.bins) == BINS
    assert found.error == pytest.approx((2 * 0.05 + 2 * 0.05) / 4)
    sure = found.bins[9]
    assert (sure.low, sure.high, sure.predictions, sure.accuracy) == (0.9, 1.0, 2, 1.0)
    assert sure.confidence == pytest.approx(0.95)
    assert found.bins[5].accuracy == 0.5
    assert found.bins[0].predictions == 0


def test_a_model_that_is_right_as_often_as_it_says_has_no_error() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.1, 1.0, 200_000)
    assert Calibration.of(confidence, rng.uniform(size=200_000) < confidence).error < 0.01


def test_a_model_that_is_sure_and_wrong_has_all_of_it() -> None:
    assert Calibration.of(np.ones(5), np.zeros(5)).error == 1.0


def test_every_prediction_is_in_one_bin() -> None:
    confidence = np.array([1e-9, 0.1, 0.10001, 1.0])
    found = Calibration.of(confidence, np.ones(4))
    assert [each.predictions for each in found.bins] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]
