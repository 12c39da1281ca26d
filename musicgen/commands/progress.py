"""How far a command has come, on one line of a terminal; Ctrl-C that keeps what was done."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from musicgen.errors import Cancelled
from musicgen.progress import Progress

WIDTH = 30  # characters of the bar
EVERY = 0.1  # seconds between two drawings


class ProgressLine:
    """A bar with counts and the time left; nothing where the stream is no terminal."""

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream, self._clock = stream or sys.stderr, clock
        self._began, self._drawn = clock(), -EVERY
        self._shown = self._stream.isatty()

    def __call__(self, done: int, total: int) -> None:
        passed = self._clock() - self._began
        if not self._shown or (done < total and passed < self._drawn + EVERY):
            return
        self._drawn = passed
        filled = WIDTH * done // max(total, 1)
        words = f"{done:,} of {total:,}{_left(passed / done * (total - done)) if done else ''}"
        line = f"\r{'█' * filled}{'░' * (WIDTH - filled)} {words:40}"
        print(line, end="\n" if done == total else "", file=self._stream, flush=True)


@contextmanager
def cancel_on_interrupt(progress: Progress) -> Iterator[Progress]:
    """Within it Ctrl-C has the progress raise Cancelled, once what is being done is done."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))

    def told(done: int, total: int) -> None:
        progress(done, total)
        if pressed and done < total:
            raise Cancelled

    try:
        yield told
    finally:
        signal.signal(signal.SIGINT, before)


def _left(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f", {minutes}:{rest:02} left" if minutes or rest else ""
