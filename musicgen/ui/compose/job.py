"""A piece while it is written: in a thread, so that it can be watched and stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from musicgen.composing.decoding.compose import OnBar
from musicgen.composing.decoding.parallel import Stop
from musicgen.score import Score
from musicgen.ui.shared.tasks import Task

T = TypeVar("T")


class Job(Generic[T]):
    """Begins at once; stopped, it gives what is there."""

    def __init__(
        self,
        work: Callable[[OnBar, Stop], T],
        bars: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """work: composes, tells of bars and asks whether to stop.

        bars: of the whole piece, an upbeat left out. clock: in seconds.
        """
        self.bars = bars
        self.bar, self.score = 0, Score()  # of one of the variations, so far
        self._variation: int | None = None
        self._stopped = threading.Event()
        self._clock, self._heard = clock, clock()
        self._task = Task(lambda _: work(self._note, self._stopped.is_set))

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    @property
    def quiet(self) -> float:
        """Seconds since it told of a bar, or since it began."""
        return self._clock() - self._heard

    def stop(self) -> None:
        self._stopped.set()

    def wait(self, seconds: float) -> bool:
        """Whether it is over, after waiting for it that long at most."""
        return self._task.wait(seconds)

    def result(self) -> T:
        """What the work gave, or the exception that it raised."""
        return self._task.result()

    def _note(self, variation: int, bars: int, score: Score) -> None:
        if self._variation is None:
            self._variation = variation
        if variation == self._variation:
            self._heard = self._clock()
            self.score, self.bar = score, min(bars, self.bars) if self.bars else bars
