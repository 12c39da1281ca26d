"""Reliability bins and the expected calibration error."""

import numpy as np
import pytest

from musicgen.evaluation.calibration import BINS, Calibration


def test_the_error_is_the_gap_between_confidence_and_accuracy() -> None:
    confidence = np.array([0.95, 0.95, 0.55, 0.55])
    calibration = Calibration.of(confidence, np.array([1, 1, 1, 0]))
    assert len(calibration.bins) == BINS
    assert calibration.expected_error == pytest.approx((2 * 0.05 + 2 * 0.05) / 4)
    last = calibration.bins[9]
    assert (last.low, last.high, last.predictions, last.accuracy) == (0.9, 1.0, 2, 1.0)
    assert last.confidence == pytest.approx(0.95)
    assert calibration.bins[5].accuracy == 0.5
    assert calibration.bins[0].predictions == 0


def test_a_calibrated_model_has_no_error() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.1, 1.0, 200_000)
    assert Calibration.of(confidence, rng.uniform(size=200_000) < confidence).expected_error < 0.01


def test_confident_wrong_predictions_have_an_error_of_one() -> None:
    assert Calibration.of(np.ones(5), np.zeros(5)).expected_error == 1.0


def test_each_prediction_is_in_one_bin() -> None:
    confidence = np.array([1e-9, 0.1, 0.10001, 1.0])
    calibration = Calibration.of(confidence, np.ones(4))
    assert [bin_.predictions for bin_ in calibration.bins] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]
