"""A training in one process, as its session uses it; `WorkerGroup` is the one of several."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

import tensorflow as tf

from musicgen.training.data.classic_windows import ClassicWindows
from musicgen.training.data.windows import Batch, Windows
from musicgen.training.keras.trainer import StepsTrainer, as_dataset

Flags = tuple[bool, ...]
WindowsT = TypeVar("WindowsT", bound=Windows | ClassicWindows)


class OneProcess:
    """A training without other processes: what its flags ask for is done at once."""

    is_chief = True  # it writes the run folder
    trainer = StepsTrainer

    def clock(self) -> float:
        """Seconds, for limits of time and the learning rate."""
        return time.monotonic()

    def agree(self, step: int, flags: Flags) -> Flags:
        """The flags themselves."""
        return flags

    def agree_now(self, flags: Flags) -> Flags:
        """The flags themselves."""
        return flags

    def own(self, windows: WindowsT) -> WindowsT:
        """The windows themselves: there is no other process to make rows of a batch."""
        return windows

    def dataset(
        self, batches: Callable[[], Iterator[Batch]], example: Batch, count: int
    ) -> tf.data.Dataset:
        """Dataset of the first `count` batches."""
        return as_dataset(batches, example, count)

    def detect_lost_workers(self) -> AbstractContextManager[None]:
        """Nothing: there is no other process to lose."""
        return nullcontext()
