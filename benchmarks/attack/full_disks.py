"""A disk that becomes full at many points of a training, of composing and of exports.

The workspace lies on a small file system in memory, which takes root and Linux to make. Each case
leaves another number of bytes free.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.attack.attack import Attack, Case, Failed
from benchmarks.attack.trainings import (
    check_checkpoints,
    make_run,
    request_stop,
    saved_batches,
    start_training,
)
from musicgen.training.run_folder.run import Run

DISK_BYTES = 64 * 2**20
MAX_SECONDS = 300.0
MESSAGE = "the disk is full: free some space"
MAX_FREE_BYTES = 2**19  # about what a session of some batches needs
BATCHES = 10


def cases(count: int, seed: int) -> Iterator[tuple[str, Case]]:
    with _small_disk() as disk:
        os.environ["MUSICGEN_HOME"] = str(disk)
        run = make_run(disk, "full")
        request_stop(run, 1)
        start_training(run).wait(MAX_SECONDS)
        for number in range((count + 1) // 2):
            free = MAX_FREE_BYTES * (2 * number + 1) // (count + 1)
            yield f"training, {free:,} bytes free", partial(_train, run, disk, free)
            yield f"composing, {free:,} bytes free", partial(_compose, disk, free // 8)


def _train(run: Run, disk: Path, free: int) -> str:
    before = saved_batches(run)
    request_stop(run, before + BATCHES)
    log_bytes = (run.folder / "log.txt").stat().st_size
    with _filled(disk, free):
        start_training(run).wait(MAX_SECONDS)
        status = run.status()
        check_checkpoints(run)
    log = (run.folder / "log.txt").read_bytes()[log_bytes:]
    if b"Traceback" in log:
        raise Failed(f"a traceback: {log[-400:]!r}")
    if status.state == "failed" and not status.message.startswith(MESSAGE):
        raise Failed(f"it says '{status.message}'")
    if saved_batches(run) < before:
        raise Failed("an older checkpoint is the latest now")
    if status.state == "stopped":
        return "had room enough"
    start_training(run).wait(MAX_SECONDS)  # with room
    if saved_batches(run) < before + BATCHES:
        raise Failed(f"it did not go on with room: {run.status()}")
    return "said so, and went on with room"


def _compose(disk: Path, free: int) -> str:
    out = disk / "piece.mid"
    out.unlink(missing_ok=True)
    command = ["compose", "chorales", "--bars", "4", "--out", str(out), "--wav", f"{out}.wav"]
    with _filled(disk, free):
        answer = subprocess.run(
            [sys.executable, "-m", "musicgen", *command], capture_output=True, text=True
        )
    left = [path for path in disk.glob("*piece.mid*") if not path.stat().st_size]
    (disk / "piece.mid.wav").unlink(missing_ok=True)
    if left or list(disk.glob(".piece*")):
        raise Failed(f"it left {left or list(disk.glob('.piece*'))}")
    if not answer.returncode:
        return "had room enough"
    if MESSAGE not in answer.stderr or "Traceback" in answer.stderr:
        raise Failed(f"it says {answer.stderr[-300:]}")
    return "said so, and left nothing"


@contextmanager
def _small_disk() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", folder]
        if subprocess.run(command, capture_output=True).returncode:
            raise Failed("a small disk can only be made by root on Linux")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def _filled(disk: Path, free: int) -> Iterator[None]:
    """A disk with only so many bytes free within the block."""
    status, filling = os.statvfs(disk), disk / "filling"
    try:
        filling.write_bytes(bytes(max(0, status.f_bavail * status.f_frsize - free)))
        yield
    finally:
        filling.unlink()


ATTACK = Attack(
    "full disks",
    "it says that the disk is full, the old checkpoint is whole, and it goes on with room",
    20,
    3,
    cases,
)
