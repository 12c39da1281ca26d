"""Stages of work that any number of processes do together, through the files of one folder.

The output of a task is written beside its place and renamed, and is the same whoever does it. A
process claims a task with a file lock, which the system releases if the process is killed. Where
locks do not reach (some network drives), a task is done twice, with the same output.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

POLL_SECONDS = 0.2  # while others have the remaining tasks


@dataclass(frozen=True)
class Task:
    """A piece of work with one output, a file or a folder that appears whole."""

    output: Path
    work: Callable[[], None]

    @property
    def is_done(self) -> bool:
        return self.output.exists()


def do_tasks(
    tasks: Sequence[Task], claims: Path, report: Callable[[], None], is_over: Callable[[], bool]
) -> None:
    """Do the tasks that are not done, and wait for those that other processes have claimed.

    claims: folder of the locks. report: called after each task and while waiting; may raise
    Cancelled. is_over: whether others have finished all, this stage included.
    """
    while not is_over():
        claims.mkdir(parents=True, exist_ok=True)
        left = [task for task in tasks if not task.is_done]
        if not left:
            return
        done = [_try(task, claims, report) for task in left]
        if not any(done):
            time.sleep(POLL_SECONDS)
            report()


def _try(task: Task, claims: Path, report: Callable[[], None]) -> bool:
    """Do a task if nobody has done or claimed it; whether it was done here."""
    if task.is_done:
        return False
    try:
        with FileLock(
            claims / f"{task.output.parent.name}-{task.output.name}.lock", blocking=False
        ):
            if task.is_done:
                return False
            task.work()
    except Timeout:
        return False
    report()
    return True
