"""Position and clock of a training session, which its loop and its callback share."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from musicgen.training.run_folder.position import TrainingPosition
from musicgen.training.settings import TrainSettings


@dataclass
class TrainingState:
    """Position in the training, replaced after every batch, and the time spent on it."""

    settings: TrainSettings
    batches_per_epoch: int
    position: TrainingPosition
    clock: Callable[[], float] = time.monotonic  # seconds

    started: float | None = field(default=None, init=False)  # as if all sessions were one

    def start_clock(self) -> None:
        """Begin to count time, once: with the first batch, which TensorFlow has compiled then."""
        if self.started is None:
            self.started = self.clock() - self.position.seconds

    @property
    def seconds(self) -> float:
        """Training time of all sessions of the run, without what they took to start."""
        return self.position.seconds if self.started is None else self.clock() - self.started

    @property
    def epochs(self) -> float:
        """Epochs trained so far, with the fraction of the current one."""
        return self.position.epoch + self.position.batch / self.batches_per_epoch

    @property
    def fraction_done(self) -> float:
        """0 to 1 (or more) by epochs or by time, whichever is larger."""
        limit = 60 * self.settings.minutes
        return max(self.epochs / self.settings.epochs, self.seconds / limit if limit else 0.0)

    @property
    def is_time_over(self) -> bool:
        """Whether the time limit of the settings, where there is one, has passed."""
        return 0 < 60 * self.settings.minutes <= self.seconds
