"""What happens between two batches: the learning rate, the books, and a wish to stop."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from musicgen.training.data.schedule import learning_rate
from musicgen.training.failures.divergence import LossNotANumber
from musicgen.training.keras.devices import gpu_memory
from musicgen.training.run_folder.report import BLOCK, Reporter, Sums, difference, means

if TYPE_CHECKING:
    from musicgen.training.keras.session import Training

CHECKPOINT_SECONDS = 300.0  # at most, between two checkpoints within an epoch


class Watcher(keras.callbacks.Callback):
    """Sets the learning rate, keeps the books, and heeds a wish to stop and the end of the time.

    Books are kept every few batches: to read them is to wait for the device.
    """

    def __init__(self, training: Training) -> None:
        super().__init__()
        self.training = training
        self.before = dict(training.progress.sums)  # of this epoch, in earlier sessions
        self.sums = dict(self.before)
        self.block_began: tuple[Sums, float] = (self.sums, time.monotonic())
        self.stopped = False

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        training = self.training
        rate = learning_rate(training.settings, training.progress.step, training.done)
        training.optimizer.learning_rate.assign(rate)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        training = self.training
        progress = training.progress
        progress = replace(progress, batch=progress.batch + 1, step=progress.step + 1)
        training.progress = progress
        last = progress.batch >= training.train_windows.batches
        stops = training.asked_to_stop and not last
        saves = time.monotonic() - training.saved > CHECKPOINT_SECONDS and not last
        tells = progress.step % BLOCK == 0 or progress.step == 1
        over = training.time_is_over and not last and not stops
        if last or stops or saves or tells or over:
            self._keep_books()
        if tells:
            self._tell_block()
        training.reporter.beat(step=progress.step, seconds=training.seconds)
        if over:  # what is left of the epoch would take longer than was asked for
            self.model.stop_training = True
        elif stops:
            self.stopped = self.model.stop_training = True
        elif saves:
            training.save(best=False)

    def _keep_books(self) -> None:
        training = self.training
        found = training.trainer.sums()
        self.sums = {name: value + self.before.get(name, 0.0) for name, value in found.items()}
        if not all(math.isfinite(value) for value in self.sums.values()):
            raise LossNotANumber(training.settings.learning_rate)
        training.progress = replace(training.progress, sums=self.sums)

    def _tell_block(self) -> None:
        training, now = self.training, time.monotonic()
        earlier, began = self.block_began
        block = difference(self.sums, earlier)
        speed = block["notes"] / max(now - began, 1e-6)
        self.block_began = (self.sums, now)
        line = means(block, training.trainer.fields)
        training.reporter.add(
            kind="step",
            step=training.progress.step,
            epoch=training.progress.epoch
            + training.progress.batch / training.train_windows.batches,
            learning_rate=float(np.asarray(training.optimizer.learning_rate)),
            seconds=training.seconds,
            steps_per_second=speed,
            gpu_memory=gpu_memory(),
            **line,
        )
        done = training.done
        left = training.seconds * max(0.0, 1 - done) / done if done else None
        training.reporter.beat(loss=line["loss"], steps_per_second=speed, seconds_left=left)


class Heartbeat(keras.callbacks.Callback):
    """Lets it be known during a validation that the training is alive."""

    def __init__(self, reporter: Reporter) -> None:
        super().__init__()
        self.reporter = reporter

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        self.reporter.beat()
