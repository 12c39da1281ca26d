"""The learning rate as a function of how much of a training is done."""

from __future__ import annotations

import math

from musicgen.training.settings import TrainSettings

WARM_UP = 30  # batches
LAST = 0.02  # of the highest rate


def learning_rate(settings: TrainSettings, batches: int, done: float) -> float:
    """The rate after some batches, with a share `done` (0 to 1) of the training behind."""
    if settings.schedule == "constant":
        return settings.learning_rate
    rise = min(1.0, (batches + 1) / WARM_UP)
    fall = (1 + math.cos(math.pi * min(1.0, done))) / 2
    return settings.learning_rate * rise * (LAST + (1 - LAST) * fall)
