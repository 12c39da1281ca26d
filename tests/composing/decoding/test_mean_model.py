"""The mean of several models' probabilities."""

from collections.abc import Mapping

import numpy as np
import pytest

from musicgen.composing.decoding.mean_model import MeanModel
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.frames import FramesEncoding
from musicgen.encoding.model_interface import branch
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.errors import InvalidSetting


class ByRow:
    """A model and its stepper: probabilities of two values, of rows that took a number of steps."""

    warmup_windows = ()
    critic = None

    def __init__(self, encoding, probability, steps=None):
        self.encoding, self._probability = encoding, probability
        self._steps = np.zeros(0, int) if steps is None else steps

    def start(self, rows):
        return ByRow(self.encoding, self._probability, np.zeros(rows, int))

    def logits(self, features: Mapping[str, np.ndarray], drawn: np.ndarray) -> np.ndarray:
        assert features.keys() >= self.encoding.feature_widths.keys()
        first = self._probability / 2.0**self._steps
        return 5 + np.log(np.stack([first, 1 - first], axis=1)).astype(np.float32)

    def push(self, fields):
        self._steps = self._steps + fields[:, 0]

    def select(self, rows):
        self._steps = self._steps[rows]


PARTS, WITH_BARS = PartsEncoding(), PartsEncoding(bars_ago=True)
NONE_DRAWN = np.zeros((2, 0), np.int32)


def features(encoding: PartsEncoding) -> dict[str, np.ndarray]:
    return {name: np.zeros((2, width)) for name, width in encoding.feature_widths.items()}


def test_a_probability_is_the_mean_of_the_models():
    model = MeanModel([ByRow(WITH_BARS, 0.8), ByRow(PARTS, 0.4)])
    assert model.encoding == WITH_BARS
    stepper = model.start(2)
    logits = stepper.logits(features(WITH_BARS), NONE_DRAWN)
    assert np.exp(logits) == pytest.approx(np.array([[0.6, 0.4], [0.6, 0.4]]))


def test_rows_are_stepped_selected_and_branched_in_all_models():
    stepper = MeanModel([ByRow(WITH_BARS, 0.8), ByRow(PARTS, 0.4)]).start(2)
    stepper.push(np.array([[0, 0, 0], [1, 0, 0]]))
    other = branch(stepper, np.array([1, 1]))
    stepper.push(np.array([[1, 0, 0], [0, 0, 0]]))
    first = np.exp(stepper.logits(features(WITH_BARS), NONE_DRAWN))[:, 0]
    assert first == pytest.approx(np.array([0.3, 0.3]))
    other.push(np.array([[0, 0, 0], [1, 0, 0]]))
    first = np.exp(other.logits(features(WITH_BARS), NONE_DRAWN))[:, 0]
    assert first == pytest.approx(np.array([0.3, 0.15]))


def test_models_that_do_not_fit_are_refused():
    for models in ([], [ByRow(PARTS, 0.8), ByRow(WITH_BARS, 0.4)]):
        with pytest.raises(InvalidSetting):
            MeanModel(models)
    with pytest.raises(InvalidSetting, match="other fields"):
        MeanModel([ByRow(EventsEncoding(), 0.8), ByRow(FramesEncoding(), 0.4)])
