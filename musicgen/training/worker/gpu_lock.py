"""GPU locks: divide the GPUs of this computer between trainings that run at the same time.

A training takes as many GPUs as its settings say. Without GPUs the CPU counts as one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from filelock import FileLock, Timeout

from musicgen.paths import runs_folder
from musicgen.training.run_folder.run import Run, UnknownRun

CPU = "cpu"
POLL_SECONDS = 0.5  # while all GPUs are taken


def gpus_of_run(run: Run, gpu_count: int) -> int:
    """Number of GPUs that a run takes of `gpu_count`; all where its settings do not limit it."""
    devices = max(1, gpu_count)
    try:
        return min(run.settings.train.devices or devices, devices)
    except UnknownRun:
        return devices


def gpus_fit(run: Run, others: Iterable[Run], gpu_count: int) -> bool:
    """Whether a run can be trained beside others on `gpu_count` GPUs."""
    used = sum(gpus_of_run(other, gpu_count) for other in others)
    return used + gpus_of_run(run, gpu_count) <= max(1, gpu_count)


@contextmanager
def lock_gpus(count: int, gpus: Sequence[str]) -> Iterator[None]:
    """Wait for `count` free GPUs, hold their locks, and hide the others from TensorFlow.

    The process must not have loaded TensorFlow before.
    """
    locks = _acquire(count, gpus or [CPU])
    try:
        if len(gpus) > 1:
            os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(locks)
        yield
    finally:
        for lock in locks.values():
            lock.release()


def _acquire(count: int, gpus: Sequence[str]) -> dict[str, FileLock]:
    """Acquired locks of `count` GPUs by GPU id; waits until so many are free."""
    while True:
        with FileLock(runs_folder() / ".device.lock"):  # one process at a time chooses
            free = {gpu: lock for gpu in gpus if (lock := _try_lock(gpu)) is not None}
            chosen = dict(list(free.items())[:count])
            enough = len(chosen) == count
            for gpu, lock in free.items():
                if not enough or gpu not in chosen:
                    lock.release()
        if enough:
            return chosen
        time.sleep(POLL_SECONDS)


def _try_lock(gpu: str) -> FileLock | None:
    """Acquired lock of a GPU; None where another training holds it."""
    lock = FileLock(runs_folder() / f".device-{gpu}.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return None
    return lock
