"""`kill -9` at a random moment while a checkpoint is written after every batch.

The training goes on after each kill, from a checkpoint that must be whole and no older than the
one before the kill.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
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

MAX_START_SECONDS = 180.0  # until a batch is trained
MAX_KILL_SECONDS = 3.0  # after the first batch of a session
POLL_SECONDS = 0.01


def cases(count: int, seed: int) -> Iterator[tuple[str, Case]]:
    with tempfile.TemporaryDirectory() as home:
        os.environ["MUSICGEN_HOME"] = home
        run, rng = make_run(Path(home), "killed"), random.Random(seed)
        for number in range(count):
            yield f"kill {number}", partial(_kill_and_check, run, rng)
        yield "the end", partial(_resume_to_a_stop, run)


def _kill_and_check(run: Run, rng: random.Random) -> str:
    before = saved_batches(run)
    process = start_training(run)
    try:
        _wait_for_batch(run, process, before)
        time.sleep(rng.uniform(0, MAX_KILL_SECONDS))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    check_checkpoints(run)
    after = saved_batches(run)
    if after <= before:
        raise Failed(f"it was at batch {before} before and is at {after} now")
    if run.status().state not in ("interrupted", "failed"):
        raise Failed(f"the run is shown as {run.status().state}")
    return "resumed, and killed again"


def _resume_to_a_stop(run: Run) -> str:
    before = saved_batches(run)
    request_stop(run, before + 5)
    if start_training(run).wait(MAX_START_SECONDS) or run.stored_status().state != "stopped":
        raise Failed(f"it ended as {run.stored_status()}")
    if saved_batches(run) < before + 5:
        raise Failed(f"it is at batch {saved_batches(run)}")
    return "went on to a stop"


def _wait_for_batch(run: Run, process: subprocess.Popen[bytes], before: int) -> None:
    deadline = time.monotonic() + MAX_START_SECONDS
    while saved_batches(run) <= before:
        if process.poll() is not None or time.monotonic() > deadline:
            raise Failed(f"it did not go on: {run.log_tail(5)}")
        time.sleep(POLL_SECONDS)


ATTACK = Attack(
    "kills", "every one resumes from a whole checkpoint, no older than before", 200, 5, cases
)
