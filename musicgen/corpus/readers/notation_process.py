"""Client of the process that reads notation files; the process may crash without harm."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.abc.books import BOOK, SplitBook
from musicgen.corpus.readers.notation_messages import (
    Reply,
    Request,
    read_message,
    write_message,
)
from musicgen.corpus.score_tables import score_from
from musicgen.paths import PACKAGE
from musicgen.score import Score

WORKER = "musicgen.corpus.readers.notation_worker"
END_SECONDS = 5.0  # until a process whose output has ended has ended itself
_FAILURES = (-signal.SIGABRT, -signal.SIGSEGV)
BASE_SECONDS = 10.0  # processor time of a short text, which takes less than 1; long ones get more


class NotationProcess:
    """A process that parses notation; started on first use, and again after it has ended."""

    def __init__(self, base_seconds: float = BASE_SECONDS) -> None:
        self._base_seconds = base_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def request(self, kind: str, data: bytes) -> tuple[Reply, bytes]:
        """The worker's reply to a file; raises UnreadableScore if it ended the worker."""
        with self._lock:
            process = self._start()
            assert process.stdin is not None and process.stdout is not None
            try:
                write_message(process.stdin, Request(len(data), kind), data)
                return read_message(process.stdout, Reply)
            except (EOFError, OSError) as problem:
                reason = _reason_of_end(process)
                self._end()
                raise UnreadableScore(
                    reason, "export it again from a notation program, or as MIDI"
                ) from problem

    def close(self) -> None:
        """End the process if it runs."""
        with self._lock:
            self._end()

    def _start(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            paths = [str(PACKAGE.parent), os.environ.get("PYTHONPATH", "")]
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", WORKER, str(self._base_seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
            )
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _reason_of_end(process: subprocess.Popen[bytes]) -> str:
    """Why a file ended the process: a library that reads it fails, or its limits were reached."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(END_SECONDS)
    if process.returncode in _FAILURES:
        return "its reader fails on it: it is damaged"
    return "it takes too long or too much memory to read, or is damaged"


worker = NotationProcess()  # shared by all readers
atexit.register(worker.close)


def read_notation(data: bytes, kind: str, name: str) -> tuple[Score, tuple[str, ...]]:
    """Read a notation file: its score, and what the score leaves out.

    kind: a value of `formats.FORMATS`. Raises UnreadableScore.
    """
    reply, body = worker.request(kind, data)
    if reply.reason:
        raise UnreadableScore(reply.reason, reply.remedy)
    return score_from(replace(reply.score, name=name), body), reply.left_out


def split_book(data: bytes) -> SplitBook:
    """Find the tunes of an ABC file. Raises UnreadableScore."""
    reply, text = worker.request(BOOK, data)
    if reply.reason:
        raise UnreadableScore(reply.reason, reply.remedy)
    return SplitBook(text, reply.tunes)
