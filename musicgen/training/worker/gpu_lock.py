"""This machine's cards, divided between the trainings that run at the same time.

A training takes as many as its settings say, of those that no other has; without cards the CPU
counts as one. Each is held by a lock while it is used.
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
WAIT = 0.5  # seconds between two looks for a free card


def wanted(run: Run, there: int) -> int:
    """How many cards a run takes of those that are there; all where its settings do not say."""
    there = max(1, there)
    try:
        return min(run.settings.train.devices or there, there)
    except UnknownRun:
        return there


def room_for(run: Run, others: Iterable[Run], there: int) -> bool:
    """Whether the others leave a run as many cards as it wants."""
    used = sum(wanted(other, there) for other in others)
    return used + wanted(run, there) <= max(1, there)


@contextmanager
def hold_cards(count: int, cards: Sequence[str]) -> Iterator[None]:
    """Hold so many of the cards, when they are free, and let TensorFlow see no others.

    That is for a process that has not loaded it yet.
    """
    held = _take(count, cards or [CPU])
    try:
        if len(cards) > 1:
            os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(held)
        yield
    finally:
        for lock in held.values():
            lock.release()


def _take(count: int, cards: Sequence[str]) -> dict[str, FileLock]:
    """Locks of so many cards by their names; waits for them."""
    while True:
        with FileLock(runs_folder() / ".device.lock"):  # one at a time chooses
            free = {card: lock for card in cards if (lock := _lock(card)) is not None}
            kept = dict(list(free.items())[:count])
            enough = len(kept) == count
            for card, lock in free.items():
                if not enough or card not in kept:
                    lock.release()
        if enough:
            return kept
        time.sleep(WAIT)


def _lock(card: str) -> FileLock | None:
    """A card's lock, held; None where another training has it."""
    lock = FileLock(runs_folder() / f".device-{card}.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return None
    return lock
