"""The command `train` as one of several workers."""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import NoReturn

from musicgen.commands.answer import BAD_INPUT, Answer
from musicgen.files import message_of
from musicgen.training.run_folder.registry import find_run
from musicgen.training.run_folder.reporter import Reporter
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.worker.process import Work, join_run
from musicgen.training.workers import (
    WorkerLost,
    Workers,
    workers_of,
    workers_of_environment,
)

POLL_SECONDS = 0.5  # until the chief has begun the run
MAX_WAIT_SECONDS = 600.0


def chosen_workers(options: argparse.Namespace) -> Workers | None:
    """The workers of the options or of TF_CONFIG; None for a training in one process."""
    if options.workers:
        return workers_of(options.workers, options.worker)
    return workers_of_environment(os.environ)


def work_of_chief(workers: Workers | None) -> Work | None:
    """The work of the chief of several workers; None for a training in one process."""
    if workers is None:
        return None

    def work(run: Run, reporter: Reporter) -> None:
        from musicgen.training.worker.fit import train

        train(run, reporter, workers=workers)

    return work


def join_training(name: str, workers: Workers) -> Answer:
    """Train as a worker that is not the chief, once the chief has begun the run."""
    run = _wait_for_run(name)
    try:
        state = join_run(run, workers)
    except WorkerLost as problem:
        leave_workers(message_of(problem))
    return Answer({"run": name, "worker": workers.number, "status": state}, f"{name}: {state}")


def leave_workers(message: str) -> NoReturn:
    """End this process with a message, without waiting for operations with a lost worker."""
    print(f"musicgen train: {message}", file=sys.stderr, flush=True)
    sys.stdout.flush()
    os._exit(BAD_INPUT)


def _wait_for_run(name: str) -> Run:
    """The run of a name; raises UnknownRun where the chief does not begin it in time."""
    end = time.monotonic() + MAX_WAIT_SECONDS
    while True:
        try:
            run = find_run(name)
            _ = run.settings
            return run
        except UnknownRun:
            if time.monotonic() > end:
                raise
            time.sleep(POLL_SECONDS)
