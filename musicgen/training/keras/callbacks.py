"""Keras callbacks of a training session."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from musicgen.training.failures import LossNotANumber
from musicgen.training.keras.devices import gpu_memory
from musicgen.training.keras.optimizer import learning_rate
from musicgen.training.keras.state import TrainingState
from musicgen.training.run_folder.reporter import (
    BLOCK_BATCHES,
    Reporter,
    Sums,
    mean_metrics,
    subtract_sums,
)

CHECKPOINT_SECONDS = 300.0  # longest time between two checkpoints within an epoch


class TrainingCallback(keras.callbacks.Callback):
    """Learning rate, metrics every few batches, checkpoints every 5 minutes, stop requests.

    Metrics are read every few batches only: reading them waits for the device.

    should_stop: whether a stop of the run was requested; save: writes a checkpoint; agree: which
    flags are set after a batch, in whatever process of the training.
    """

    def __init__(
        self,
        state: TrainingState,
        reporter: Reporter,
        should_stop: Callable[[], bool],
        save: Callable[[], None],
        agree: Callable[[int, tuple[bool, ...]], tuple[bool, ...]],
    ) -> None:
        super().__init__()
        self.agree = agree
        self.state, self.reporter = state, reporter
        self.should_stop, self.save = should_stop, save
        self.stopped = False  # by a request, before the end of the epoch
        self._earlier_sums = dict(state.position.sums)  # of this epoch, from earlier sessions
        self.sums = dict(self._earlier_sums)
        self._block_start: tuple[Sums, float] = (self.sums, time.monotonic())
        self._saved_at = time.monotonic()

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        state = self.state
        rate = learning_rate(state.settings, state.position.step, state.fraction_done)
        self.model.optimizer.learning_rate.assign(rate)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        state, position = self.state, self.state.position
        state.start_clock()
        position = replace(position, batch=position.batch + 1, step=position.step + 1)
        state.position = position
        is_last = position.batch >= state.batches_per_epoch
        is_checkpoint_due = time.monotonic() - self._saved_at > CHECKPOINT_SECONDS
        own = (self.should_stop(), is_checkpoint_due, state.is_time_over)
        stops, saves, is_time_over = (
            flag and not is_last for flag in self.agree(position.step, own)
        )
        reports = position.step % BLOCK_BATCHES == 0 or position.step == 1
        is_time_over = is_time_over and not stops
        if is_last or stops or saves or reports or is_time_over:
            self._read_sums()
        if reports:
            self._report_block()
        self.reporter.heartbeat(step=position.step, seconds=state.seconds)
        if is_time_over:  # the epoch ends here and counts as a whole one
            self.model.stop_training = True
        elif stops:
            self.stopped = self.model.stop_training = True
        elif saves:
            self.save()
            self._saved_at = time.monotonic()

    def _read_sums(self) -> None:
        sums = self.model.sums()
        self.sums = {name: sum_ + self._earlier_sums.get(name, 0.0) for name, sum_ in sums.items()}
        if not all(math.isfinite(value) for value in self.sums.values()):
            raise LossNotANumber(self.state.settings.learning_rate)
        self.state.position = replace(self.state.position, sums=self.sums)

    def _report_block(self) -> None:
        """One line of metrics for the batches since the line before."""
        state, now = self.state, time.monotonic()
        sums_before, started = self._block_start
        block = subtract_sums(self.sums, sums_before)
        speed = block["notes"] / max(now - started, 1e-6)  # predicted steps per second
        self._block_start = (self.sums, now)
        line = mean_metrics(block, self.model.fields)
        self.reporter.add_metrics(
            kind="step",
            step=state.position.step,
            epoch=state.epochs,
            learning_rate=float(np.asarray(self.model.optimizer.learning_rate)),
            seconds=state.seconds,
            steps_per_second=speed,
            gpu_memory=gpu_memory(),
            **line,
        )
        done = state.fraction_done
        left = state.seconds * max(0.0, 1 - done) / done if done else None
        self.reporter.heartbeat(loss=line["loss"], steps_per_second=speed, seconds_left=left)


class HeartbeatCallback(keras.callbacks.Callback):
    """Keeps the run's heartbeat going during validation."""

    def __init__(self, reporter: Reporter) -> None:
        super().__init__()
        self.reporter = reporter

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        self.reporter.heartbeat()
