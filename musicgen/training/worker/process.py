"""`python -m musicgen.training.worker.process RUN`: the process that trains one run.

It holds the run's lock while it lives and its devices' while it trains, so that trainings wait
for each other and a reader can tell a dead one from a silent one.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from filelock import FileLock, Timeout

from musicgen.corpus.load import find_source
from musicgen.errors import MusicgenError
from musicgen.training.failures.disk import DISK_FULL, is_full
from musicgen.training.failures.oom import out_of_memory
from musicgen.training.forecast.machine import card_ids
from musicgen.training.run_folder.report import Reporter
from musicgen.training.run_folder.run import FAILED, QUEUED, STOPPED, Run, find_run, list_runs
from musicgen.training.settings import RunSettings
from musicgen.training.worker.gpu_lock import hold_cards, room_for, wanted

WAIT = 0.5  # seconds between two looks at the queue
LOCK_WAIT = 5.0  # seconds; a page that looks whether we live holds the lock for a moment


class AlreadyTraining(MusicgenError):
    """Another process trains this run."""


def train_run(run: Run, work: Callable[[Run], None] | None = None) -> str:
    """Wait for the device, train, and say in the status how it ended; returns the last state.

    work: what trains; imported only when it is this run's turn.
    """
    try:
        with FileLock(run.folder / "lock", timeout=LOCK_WAIT):
            return _train_in_turn(run, work)
    except Timeout:
        raise AlreadyTraining(f"run '{run.name}' is being trained by another process") from None


def place_in_queue(run: Run) -> int:
    """How many trainings come before this one."""
    return sum(map(len, _before(run)))


def _before(run: Run) -> tuple[list[Run], list[Run]]:
    """Those that wait and came earlier, and those that are trained.

    One that waits and is silent, as a process that was halted is, lets others go before it.
    """
    ticket = _ticket(run)
    others = [r for r in list_runs() if not r.bundled and r.folder != run.folder]
    ahead = [r for r in others if _ticket(r) < ticket and r.status().state == QUEUED]
    busy = [r for r in others if r.written_status().state != QUEUED]
    return [r for r in ahead if r.alive()], [r for r in busy if r.alive()]


def _waits_for(run: Run, cards: int) -> int:
    """How many trainings it waits for; none where it is first and there are cards for it."""
    ahead, busy = _before(run)
    return 0 if not ahead and room_for(run, busy, cards) else len(ahead) + len(busy)


def _wait_for_turn(run: Run, cards: int) -> bool:
    """False where it was asked to stop while it waited."""
    status = replace(run.written_status(), state=QUEUED, pid=os.getpid())
    reporter = Reporter(run.folder, status)
    reporter.tell()
    reporter.mend()
    (run.folder / "ticket").write_text(f"{time.time():.6f}")
    while place := _waits_for(run, cards):
        reporter.beat(state=QUEUED, message=f"waits for {place} other training{'s' * (place > 1)}")
        if run.asked_to_stop:
            return False
        time.sleep(WAIT)
    return True


def _train_in_turn(run: Run, work: Callable[[Run], None] | None) -> str:
    try:
        cards = card_ids()
        if not _wait_for_turn(run, len(cards)):
            return _end(run, STOPPED, "cancelled while it waited")
        with hold_cards(wanted(run, len(cards)), cards):
            find_source(run.settings.source)  # known at once, before TensorFlow is loaded
            (work or _fit())(run)
    except KeyboardInterrupt:
        return _end(run, STOPPED, "interrupted at the keyboard")
    except Exception as problem:
        import traceback

        with suppress(OSError):  # the log may be on a full disk
            traceback.print_exc()
        return _end(run, FAILED, in_words(problem, run.settings))
    return run.written_status().state


def _fit() -> Callable[[Run], None]:
    """What trains; imported only when it is a run's turn, for it brings TensorFlow."""
    from musicgen.training.worker.fit import train

    return train


def in_words(problem: Exception, settings: RunSettings) -> str:
    """What failed and what to do, for people."""
    kind = type(problem).__name__
    if isinstance(problem, MemoryError) or kind == "ResourceExhaustedError":
        return out_of_memory(settings.train.batch_size)
    if is_full(problem):
        return DISK_FULL
    if kind == "UnknownSource":
        return f"the collection '{settings.source}' is gone: {problem}"
    return str(problem).split("\n")[0][:500] or kind


def _end(run: Run, state: str, message: str) -> str:
    try:
        Reporter(run.folder, run.written_status()).tell_last(state=state, message=message)
    except OSError:
        with suppress(OSError):
            print(f"the status of run '{run.name}' could not be written", file=sys.stderr)
    return state


def _ticket(run: Run) -> float:
    try:
        return float((run.folder / "ticket").read_text())
    except (OSError, ValueError):
        return float("inf")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m musicgen.training.worker.process")
    parser.add_argument("run")
    state = train_run(find_run(parser.parse_args().run))
    return 1 if state == FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
