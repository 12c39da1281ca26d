"""Batches of variations in parallel, each in a thread of its own.

ONNX Runtime runs graphs without Python's lock: one batch is sampled in Python while the graphs of
the other are run. A variation does not depend on its batch, so its notes stay the same.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeAlias, TypeVar

from musicgen.errors import Cancelled

MAX_BATCHES = 2  # a third would wait for Python's lock
MIN_VARIATIONS = 4  # of a batch; fewer take longer in two batches than in one

Stop: TypeAlias = Callable[[], bool]
T = TypeVar("T")


def check_stop(stop: Stop | None) -> None:
    """Raise Cancelled where stop() is true."""
    if stop is not None and stop():
        raise Cancelled


def split_into_batches(variations: Sequence[int]) -> list[Sequence[int]]:
    """Split variations into batches of nearly one size, at most one per processor."""
    count = max(1, min(MAX_BATCHES, _processors(), len(variations) // MIN_VARIATIONS))
    bounds = [-(-len(variations) * i // count) for i in range(count + 1)]
    return [variations[begin:end] for begin, end in pairwise(bounds)]


def run_in_parallel(tasks: Sequence[Callable[[Stop], T]], stop: Stop | None) -> list[T]:
    """Run tasks in threads, the first in this one, and return their results in order.

    Each task gets a callable to ask regularly whether it is to stop: True after `stop()` is, and
    after another task has failed.
    """
    failed = threading.Event()

    def is_stopped() -> bool:
        return failed.is_set() or (stop is not None and stop())

    def run(task: Callable[[Stop], T]) -> T:
        try:
            return task(is_stopped)
        except BaseException:
            failed.set()
            raise

    first, *rest = tasks
    with ThreadPoolExecutor(max(1, len(rest))) as threads:
        others = [threads.submit(run, task) for task in rest]
        try:
            return [first(is_stopped), *(other.result() for other in others)]
        except BaseException:  # Ctrl-C while this thread waits, too
            failed.set()
            raise


def _processors() -> int:
    """Number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
