"""Why a training failed: a code for the program, and a message for the person.

Imports no Keras.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from musicgen import files
from musicgen.corpus.errors import UnknownSource
from musicgen.errors import MusicgenError
from musicgen.training.settings import RunSettings

# Codes in `failure` of status.json.
OUT_OF_MEMORY, DISK_FULL, DIVERGED = "out_of_memory", "disk_full", "diverged"
INVALID_INPUT = "invalid_input"  # a collection or settings that cannot be trained
UNEXPECTED = "unexpected"  # a bug: the traceback is in the log

LEARNING_RATE_DIVISOR = 3  # after a loss that diverged
MIN_FREE_BYTES = 2**20  # below this, a disk counts as full
MAX_MESSAGE_CHARACTERS = 500

VMSTAT = Path("/proc/vmstat")  # Linux 4.13 and later; other systems do not count
OOM_KILL_ROW = "oom_kill"  # processes killed for lack of memory, in all control groups


@dataclass(frozen=True)
class Failure:
    """Reason of a failed training."""

    code: str
    message: str


class LossNotANumber(MusicgenError):
    """The training loss is NaN or infinite."""

    def __init__(self, learning_rate: float) -> None:
        lower = suggested_learning_rate(learning_rate, DIVERGED)
        super().__init__(
            f"the loss is no longer a number: try a lower learning rate, such as {lower:g}"
        )


def failure_of(problem: Exception, settings: RunSettings) -> Failure:
    """Code and message of an exception that ended a training.

    TensorFlow's ResourceExhaustedError must have been converted to MemoryError before.
    """
    if isinstance(problem, MemoryError):
        return out_of_memory(settings.train.batch_size)
    if isinstance(problem, OSError) and files.is_disk_full(problem):
        return disk_full()
    if isinstance(problem, UnknownSource):
        message = f"the collection '{settings.source}' is gone: {problem}"
        return Failure(INVALID_INPUT, message[:MAX_MESSAGE_CHARACTERS])
    message = str(problem).split("\n")[0][:MAX_MESSAGE_CHARACTERS] or type(problem).__name__
    if isinstance(problem, LossNotANumber):
        return Failure(DIVERGED, message)
    return Failure(INVALID_INPUT if isinstance(problem, MusicgenError) else UNEXPECTED, message)


def out_of_memory(batch_size: int) -> Failure:
    """Failure for lack of memory; advises half the batch size, or smaller windows."""
    advice = f"a batch size of {batch_size // 2} in place of {batch_size}"
    if batch_size == 1:
        advice = "windows of a shorter length, or a smaller model"
    return Failure(OUT_OF_MEMORY, f"out of memory: try {advice}")


def disk_full() -> Failure:
    """Failure for lack of disk space."""
    return Failure(DISK_FULL, f"{files.DISK_FULL}, then resume")


def suggested_batch_size(batch_size: int, failure: str) -> int:
    """Batch size to resume with: half of it after OUT_OF_MEMORY, else unchanged."""
    return max(1, batch_size // 2) if failure == OUT_OF_MEMORY else batch_size


def suggested_learning_rate(learning_rate: float, failure: str) -> float:
    """Learning rate to resume with: a third after DIVERGED, in one digit; else unchanged."""
    if failure != DIVERGED:
        return learning_rate
    return float(f"{learning_rate / LEARNING_RATE_DIVISOR:.1g}")


def is_disk_full(folder: Path) -> bool:
    """Whether the disk of a folder has no space left now."""
    try:
        return shutil.disk_usage(folder).free < MIN_FREE_BYTES
    except OSError:
        return False


def oom_kills() -> int | None:
    """Processes that the kernel has killed for lack of memory since boot; None if not counted."""
    try:
        rows = (line.split() for line in VMSTAT.read_text().splitlines())
        return next((int(row[1]) for row in rows if row[:1] == [OOM_KILL_ROW]), None)
    except (OSError, ValueError, IndexError):
        return None


def was_killed_for_memory(before: int | None, now: int | None) -> bool:
    """Whether a process that disappeared was probably killed for lack of memory.

    before: `oom_kills()` at its last heartbeat; now: `oom_kills()` now. A count that is lower now
    is of another boot. The process killed may have been another one.
    """
    return before is not None and now is not None and now > before
