"""Progress of a command on one line of the terminal; Ctrl-C that lets the command finish."""

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
REDRAW_SECONDS = 0.1
EXPORTING = "exporting the step graphs from the weights, once, which takes some seconds"


class ProgressLine:
    """Progress callback that draws a bar, counts and the time left, if the stream is a terminal."""

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream, self._clock = stream or sys.stderr, clock
        self._start, self._drawn = clock(), -REDRAW_SECONDS  # seconds; after the start
        self._is_terminal = self._stream.isatty()

    def __call__(self, done: int, total: int) -> None:
        seconds = self._clock() - self._start
        too_soon = done < total and seconds < self._drawn + REDRAW_SECONDS
        if not self._is_terminal or too_soon:
            return
        self._drawn = seconds
        filled = WIDTH * done // max(total, 1)
        remaining = _time_left(seconds / done * (total - done)) if done else ""
        counts = f"{done:,} of {total:,}{remaining}"
        line = f"\r{'█' * filled}{'░' * (WIDTH - filled)} {counts:40}"
        print(line, end="\n" if done == total else "", file=self._stream, flush=True)


class WaitingLine:
    """Progress callback that prints a sentence at its first call: work of unknown length."""

    def __init__(self, sentence: str, stream: TextIO | None = None) -> None:
        self._sentence, self._stream = sentence, stream or sys.stderr

    def __call__(self, done: int, total: int) -> None:
        if self._sentence:
            print(self._sentence, file=self._stream, flush=True)
        self._sentence = ""


@contextmanager
def cancel_on_interrupt(progress: Progress) -> Iterator[Progress]:
    """Progress callback that raises Cancelled after Ctrl-C, in place of KeyboardInterrupt.

    The item in work is completed, so that the results so far can be used.
    """
    interrupts: list[int] = []
    previous = signal.signal(signal.SIGINT, lambda number, _: interrupts.append(number))

    def report(done: int, total: int) -> None:
        progress(done, total)
        if interrupts and done < total:
            raise Cancelled

    try:
        yield report
    finally:
        signal.signal(signal.SIGINT, previous)


def _time_left(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f", {minutes}:{rest:02} left" if minutes or rest else ""
