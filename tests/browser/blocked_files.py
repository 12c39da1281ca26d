"""Files that keep whoever opens them waiting until a test releases them.

So a test needs no input that is slow by its size. A lease of Linux does it: opening the file waits
until its holder gives the lease up, or for 45 seconds by the system's default.
"""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.browser.browser_actions import wait_until

RELEASE_SECONDS = 1.0  # between two files


class BlockedFiles:
    """Files that wait to be released, in order."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._handles = [_leased(path) for path in paths]

    def release_until(self, condition: Callable[[], bool]) -> None:
        """Release one file after the other until a condition holds."""
        while not condition() and self._handles:
            self._release()
            with suppress(AssertionError):
                wait_until(condition, RELEASE_SECONDS)
        wait_until(condition)

    def release_all(self) -> None:
        while self._handles:
            self._release()

    def _release(self) -> None:
        os.close(self._handles.pop(0))  # which gives up its lease


@contextmanager
def blocked(paths: Sequence[Path]) -> Iterator[BlockedFiles]:
    """Files that can be opened once they are released, at the latest at the end."""
    files = BlockedFiles(paths)
    try:
        yield files
    finally:
        files.release_all()


def _leased(path: Path) -> int:
    """A handle of a file with the lease that keeps others from opening it."""
    handle = os.open(path, os.O_RDONLY)
    fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)  # in place of SIGIO, which ends a process
    fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    return handle
