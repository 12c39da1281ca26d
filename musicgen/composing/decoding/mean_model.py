"""Several models as one: the mean of their probabilities, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from functools import cache

import numpy as np

from musicgen.encoding.model_interface import Model, Stepper
from musicgen.encoding.steps import Features
from musicgen.errors import InvalidSetting
from musicgen.models.checkpoints.checkpoint import reads_features_of

SMALLEST = 1e-30  # probability: below it float32 has no logarithm


class MeanModel:
    """`Model` whose probability of a value is the mean of several models'.

    The models have the same fields. The features are those of the first one's encoding, of which
    the others may have fewer. Raises InvalidSetting where they do not fit.
    """

    critic: None = None

    def __init__(self, models: Sequence[Model]) -> None:
        if not models:
            raise InvalidSetting("the mean of no model")
        self.encoding = models[0].encoding
        for model in models:
            if not reads_features_of(model.encoding, self.encoding):
                raise InvalidSetting("the models have other fields or features than the first one")
        self.models = tuple(models)
        self.warmup_windows = models[0].warmup_windows

    def start(self, rows: int) -> MeanStepper:
        return MeanStepper([model.start(rows) for model in self.models])


class MeanStepper:
    """The states of several models over K rows; all but the first are asked in other threads."""

    def __init__(self, steppers: Sequence[Stepper]) -> None:
        self._steppers = tuple(steppers)
        self._threads = _threads()

    def __copy__(self) -> MeanStepper:
        return MeanStepper([copy(stepper) for stepper in self._steppers])

    def logits(self, features: Features, drawn: np.ndarray) -> np.ndarray:
        first, *others = self._steppers
        pending = [self._threads.submit(other.logits, features, drawn) for other in others]
        logits = [first.logits(features, drawn), *(other.result() for other in pending)]
        probabilities = [_softmax(values) for values in logits]
        return np.log(np.mean(probabilities, axis=0).clip(SMALLEST)).astype(np.float32)

    def push(self, fields: np.ndarray) -> None:
        for stepper in self._steppers:
            stepper.push(fields)

    def select(self, rows: np.ndarray) -> None:
        for stepper in self._steppers:
            stepper.select(rows)


@cache
def _threads() -> ThreadPoolExecutor:
    """Threads of this process in which members are asked."""
    return ThreadPoolExecutor(thread_name_prefix="member")


def _softmax(logits: np.ndarray) -> np.ndarray:
    """(K, V) -> (K, V) float64, rows that sum to 1."""
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    return exponentials / exponentials.sum(axis=1, keepdims=True)
