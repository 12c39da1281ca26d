"""`python -m musicgen.training.worker.process RUN`: the process that trains one run.

It holds the run's lock as long as it lives, so that no second process trains the run, and locks
of its GPUs while it trains, so that trainings take turns.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO, TypeAlias

from filelock import FileLock, Timeout

from musicgen.corpus.load import find_source
from musicgen.errors import MusicgenError
from musicgen.files import read_file
from musicgen.training.failures import DISK_FULL, INVALID_INPUT, Failure, failure_of
from musicgen.training.forecast.machine import gpu_ids
from musicgen.training.run_folder.registry import find_run, list_runs
from musicgen.training.run_folder.reporter import Reporter
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.run_folder.status import FAILED, QUEUED, STOPPED
from musicgen.training.worker.gpu_lock import gpus_fit, gpus_of_run, lock_gpus
from musicgen.training.workers import Workers

QUEUE_POLL_SECONDS = 0.5

Work: TypeAlias = Callable[[Run, Reporter], None]


class AlreadyTraining(MusicgenError):
    """Another process trains this run."""


def train_run(run: Run, work: Work | None = None, terminal: TextIO | None = None) -> str:
    """Wait for the GPUs, train, write how it ended to the status; returns the final state.

    work: trains the run; default `fit.train`. terminal: gets the log lines as well.
    Raises AlreadyTraining.
    """
    try:
        with FileLock(run.folder / "lock", blocking=False):
            return _train_in_turn(run, Reporter(run, terminal), work or _fit)
    except Timeout:
        raise AlreadyTraining(f"run '{run.name}' is being trained by another process") from None


def join_run(run: Run, workers: Workers) -> str:
    """Train a run as one of its workers, not the chief; returns the final state.

    The chief writes the run folder. Raises the errors of the training.
    """
    from musicgen.training.keras.worker_group import SilentReporter
    from musicgen.training.worker.fit import train

    reporter = SilentReporter(run)
    train(run, reporter, workers=workers)
    return reporter.status.state


def place_in_queue(run: Run) -> int:
    """Number of trainings that come before this one."""
    waiting, training = _runs_before(run)
    return len(waiting) + len(training)


def _runs_before(run: Run) -> tuple[list[Run], list[Run]]:
    """Runs that wait and came earlier, and runs that are being trained.

    A waiting run whose process is silent, as a suspended one is, lets others go first.
    """
    ticket = _ticket(run)
    others = [r for r in list_runs() if not r.bundled and r.folder != run.folder and r.alive()]
    waiting = [r for r in others if _ticket(r) < ticket and r.status().state == QUEUED]
    training = [r for r in others if r.stored_status().state != QUEUED]
    return waiting, training


def _count_blocking_runs(run: Run, gpu_count: int) -> int:
    """Number of trainings to wait for; 0 where the run is first and enough GPUs are free."""
    waiting, training = _runs_before(run)
    free = not waiting and gpus_fit(run, training, gpu_count)
    return 0 if free else len(waiting) + len(training)


def _wait_for_turn(run: Run, reporter: Reporter, gpu_count: int) -> bool:
    """Wait in the queue; False where a stop was requested meanwhile."""
    reporter.write(state=QUEUED, message="")
    reporter.repair_metrics()
    (run.folder / "ticket").write_text(f"{time.time():.6f}")
    while count := _count_blocking_runs(run, gpu_count):
        plural = "s" if count > 1 else ""
        reporter.heartbeat(state=QUEUED, message=f"waits for {count} other training{plural}")
        if run.stop_requested:
            return False
        time.sleep(QUEUE_POLL_SECONDS)
    return True


def _train_in_turn(run: Run, reporter: Reporter, work: Work) -> str:
    try:
        gpus = gpu_ids()
        if not _wait_for_turn(run, reporter, len(gpus)):
            return _end(reporter, STOPPED, "cancelled while it waited")
        with lock_gpus(gpus_of_run(run, len(gpus)), gpus):
            find_source(run.settings.source)  # fails before seconds of loading TensorFlow
            work(run, reporter)
    except KeyboardInterrupt:
        return _end(reporter, STOPPED, "interrupted at the keyboard")
    except Exception as problem:
        return _fail(run, reporter, problem)
    return reporter.status.state


def _fit(run: Run, reporter: Reporter) -> None:
    """`fit.train`, imported here because it loads TensorFlow."""
    from musicgen.training.worker.fit import train

    train(run, reporter)


def _fail(run: Run, reporter: Reporter, problem: Exception) -> str:
    """Write the reason to the status and the log; with a traceback where it may be a bug."""
    try:
        failure = failure_of(problem, run.settings)
    except UnknownRun as unreadable:
        failure = Failure(INVALID_INPUT, str(unreadable))
    with suppress(OSError):  # the log may be on a full disk
        if failure.code in (INVALID_INPUT, DISK_FULL):
            print(failure.message, file=sys.stderr)
        else:
            traceback.print_exception(problem)
    return _end(reporter, FAILED, failure.message, failure.code)


def _end(reporter: Reporter, state: str, message: str, failure: str = "") -> str:
    try:
        reporter.write_final(state=state, message=message, failure=failure)
    except OSError:
        with suppress(OSError):
            print(f"{reporter.folder.name}: the status cannot be written", file=sys.stderr)
    return state


def _ticket(run: Run) -> float:
    """When a run entered the queue, seconds since 1970; infinity where it has not."""
    try:
        return float(read_file(run.folder / "ticket"))
    except (OSError, ValueError):
        return float("inf")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m musicgen.training.worker.process")
    parser.add_argument("run")
    state = train_run(find_run(parser.parse_args().run))
    return 1 if state == FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
