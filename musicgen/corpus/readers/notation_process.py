"""Notation into scores, by a process of its own that may fail without harm."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from typing import Any

import numpy as np

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers import formats
from musicgen.corpus.readers.limits import LIMITS, Limits
from musicgen.corpus.readers.notation_worker import read_message, write_message
from musicgen.paths import PACKAGE
from musicgen.score import NOTE_DTYPE, Metre, Score

WORKER = "musicgen.corpus.readers.notation_worker"
LONGEST_SECONDS = 10.0  # for a short text, which takes less than one; long ones have more


class NotationProcess:
    """A process that parses notation; started when first needed, again when it has died."""

    def __init__(self, seconds: float = LONGEST_SECONDS) -> None:
        self._seconds = seconds  # for a short text
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ask(self, kind: str, text: str) -> tuple[dict[str, Any], bytes]:
        """The answer of the worker; UnreadableScore where the text was the end of it."""
        with self._lock:
            process = self._started()
            assert process.stdin is not None and process.stdout is not None
            try:
                write_message(process.stdin, {"kind": kind}, text.encode())
                return read_message(process.stdout)
            except (EOFError, OSError) as problem:
                self._end()
                raise UnreadableScore(
                    "it takes too long or too much memory to read",
                    "export it again from a notation program, or as MIDI",
                ) from problem

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            paths = [str(PACKAGE.parent), os.environ.get("PYTHONPATH", "")]
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    WORKER,
                    str(self._seconds),
                ],
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


_worker = NotationProcess()
atexit.register(_worker.close)


def read_notation(text: str, kind: str, name: str, limits: Limits = LIMITS) -> tuple[Score, int]:
    """The score in a notation's text, and how many notes of percussion were left out of it.

    kind: a format of `formats`. UnreadableScore where there is no score or one beyond limits.
    """
    if len(text) > limits.notation_characters:
        raise UnreadableScore(f"its text has {len(text):,} characters: more than is read")
    head, body = _worker.ask(formats.MUSICXML if kind == formats.MXL else kind, text)
    if "reason" in head:
        raise UnreadableScore(head["reason"], head["remedy"])
    notes = np.frombuffer(body, NOTE_DTYPE)
    metres = tuple(Metre(*each) for each in head["metres"])
    return Score(notes, head["tempo"], metres, name), head["drums"]
