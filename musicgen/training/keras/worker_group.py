"""A training in several processes, on one machine or several: `MultiWorkerMirroredStrategy`.

All workers do the same batches at the same time, each its own rows of them. What depends on a
clock or a file (a stop, the time limit, a checkpoint) is agreed on every few batches, because a
worker that stopped alone would leave the others waiting.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any

import tensorflow as tf
from tensorflow.python.distribute import collective_all_reduce_strategy

from musicgen.training.data.windows import Batch
from musicgen.training.keras.one_process import Flags, OneProcess, WindowsT
from musicgen.training.keras.trainer import StepsTrainer, as_dataset
from musicgen.training.run_folder.reporter import BLOCK_BATCHES, Reporter
from musicgen.training.workers import WorkerLost, Workers

# How soon a worker that has gone silent is noticed: at most interval + 3 * timeout. One that is
# killed closes its connections, which is noticed at once.
HEALTH_INTERVAL_SECONDS = 5
HEALTH_TIMEOUT_SECONDS = 5


def worker_strategy(workers: Workers) -> Any:
    """The strategy of this process; waits until all workers are there."""
    extended = collective_all_reduce_strategy.CollectiveAllReduceExtended
    extended._check_health_interval = HEALTH_INTERVAL_SECONDS
    extended._check_health_timeout = HEALTH_TIMEOUT_SECONDS
    workers.set_environment()
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    # Else the workers would ask each other before each batch whether all have one: they do.
    strategy.extended.experimental_enable_get_next_as_optional = False
    return strategy


class WorkerGroup(OneProcess):
    """The workers of a training as its session uses them."""

    def __init__(self, workers: Workers, strategy: Any) -> None:
        self.workers, self.strategy = workers, strategy
        self._start = time.monotonic()
        self._seconds = 0.0  # of the chief, when the workers last agreed
        self.is_chief = workers.is_chief  # it writes the run folder
        self.trainer = WorkerTrainer

    def clock(self) -> float:
        """Seconds on the chief's clock when the workers last agreed, the same on all workers."""
        return self._seconds

    def agree(self, step: int, flags: Flags) -> Flags:
        """Which flags any worker has set; all are unset between the batches that it is asked at."""
        if step % BLOCK_BATCHES:
            return (False,) * len(flags)
        return self.agree_now(flags)

    def agree_now(self, flags: Flags) -> Flags:
        """Which flags any worker has set; sets the clock to the chief's. All workers call it."""
        seconds = time.monotonic() - self._start if self.workers.is_chief else 0.0
        own = tf.constant([float(flag) for flag in flags] + [seconds], tf.float32)
        total = self._sum(own).numpy()
        # Several devices of a worker each count its flags and its clock.
        devices = self.strategy.num_replicas_in_sync / self.workers.count
        self._seconds = float(total[-1] / devices)
        return tuple(bool(value > 0) for value in total[:-1])

    @cached_property
    def _sum(self) -> Callable[[tf.Tensor], tf.Tensor]:
        """Sum of a tensor over all devices of all workers."""

        @tf.function
        def sum_of(own: tf.Tensor) -> tf.Tensor:
            return self.strategy.reduce("SUM", self.strategy.run(tf.identity, (own,)), axis=None)

        return sum_of

    def own(self, windows: WindowsT) -> WindowsT:
        """Windows of which only this worker's rows of each batch are made."""
        return replace(windows, own_rows=self.workers.rows(windows.batch))

    def dataset(
        self, batches: Callable[[], Iterator[Batch]], example: Batch, count: int
    ) -> tf.data.Dataset:
        """Dataset of `count` batches of this worker's rows."""

        def of_worker(_: tf.distribute.InputContext) -> tf.data.Dataset:
            return as_dataset(batches, example, count)

        return self.strategy.distribute_datasets_from_function(of_worker)

    @contextmanager
    def detect_lost_workers(self) -> Iterator[None]:
        """Raise WorkerLost where the block fails because another worker has died."""
        try:
            yield
        except (
            tf.errors.UnavailableError,
            tf.errors.AbortedError,
            tf.errors.CancelledError,
            tf.errors.DeadlineExceededError,
            tf.errors.FailedPreconditionError,
            tf.errors.InternalError,
            tf.errors.UnknownError,
        ) as problem:
            raise WorkerLost(self._message()) from problem

    def _message(self) -> str:
        lost = self.workers.unreachable()
        who = f"worker {', '.join(lost)}" if lost else "another worker"
        return (
            f"{who} has died or cannot be reached: resume from the last checkpoint with the "
            "workers that there are"
        )


class WorkerTrainer(StepsTrainer):
    """A trainer whose `fit` and `evaluate` work with `MultiWorkerMirroredStrategy`.

    Keras reduces the values of a step over their first axis, which scalars do not have, and builds
    the model on a batch of its own; here both are built in the strategy's scope beforehand. The
    values of a step are the same on all workers and are not reduced.
    """

    train_function: Any
    test_function: Any

    def make_train_function(self, force: bool = False) -> None:
        if self.train_function is None or force:
            self.train_function = self._on_workers(self.train_step)

    def make_test_function(self, force: bool = False) -> None:
        if self.test_function is None or force:
            self.test_function = self._on_workers(self._test_batch)

    def _test_batch(self, data: Any) -> Any:
        inputs, targets, weights = data
        self.compute_loss(inputs, targets, self(inputs, training=False), weights, training=False)
        return {"batches": tf.constant(1.0)}  # the metrics are read when all batches are done

    def _on_workers(self, step: Callable[[Any], Any]) -> Callable[[Any], Any]:
        strategy = self.distribute_strategy

        @tf.function(reduce_retracing=True)
        def of_batch(data: Any) -> Any:
            return strategy.experimental_local_results(strategy.run(step, args=(data,)))[0]

        def of_iterator(iterator: Any) -> Any:
            return of_batch(next(iterator))

        return of_iterator

    def _maybe_symbolic_build(self, iterator: Any = None, data_batch: Any = None) -> None:
        """Nothing: model and optimizer are built."""


class SilentReporter(Reporter):
    """A reporter of a worker that is not the chief: the chief writes the run folder."""

    def write(self, **changes: Any) -> None:
        self.update(**changes)

    def write_final(self, **changes: Any) -> None:
        self.update(**changes)

    def heartbeat(self, **changes: Any) -> None:
        self.update(**changes)

    def add_metrics(self, **line: Any) -> None:
        """Nothing: the chief writes the metrics, which are those of all workers."""
