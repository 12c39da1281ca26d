"""Variations in two batches side by side, each in a thread of its own.

ONNX Runtime runs graphs beside Python, so that one half is drawn from while the other half's
graphs are run. A variation is the same music in any company, so the notes stay as they are.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

MOST_BATCHES = 2  # a third would wait for Python, which takes turns
FEWEST = 4  # variations of a batch; fewer take longer in two batches than in one

Stop = Callable[[], bool]
T = TypeVar("T")


def in_batches(variations: Sequence[int]) -> list[Sequence[int]]:
    """The same in as many batches as there are processors for, in order and of nearly one size."""
    count = max(1, min(MOST_BATCHES, _processors(), len(variations) // FEWEST))
    bounds = [-(-len(variations) * i // count) for i in range(count + 1)]
    return [variations[begin:end] for begin, end in pairwise(bounds)]


def side_by_side(tasks: Sequence[Callable[[Stop], T]], stop: Stop | None) -> list[T]:
    """What each task gives, the first in this thread; where one fails the others are stopped.

    Each is handed what it has to ask again and again: whether it is to stop.
    """
    failed = threading.Event()

    def halted() -> bool:
        return failed.is_set() or (stop is not None and stop())

    def guarded(task: Callable[[Stop], T]) -> T:
        try:
            return task(halted)
        except BaseException:
            failed.set()
            raise

    first, *rest = tasks
    with ThreadPoolExecutor(max(1, len(rest))) as threads:
        others = [threads.submit(guarded, task) for task in rest]
        try:
            return [first(halted), *(other.result() for other in others)]
        except BaseException:  # a key that is pressed while this thread waits, too
            failed.set()
            raise


def _processors() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
