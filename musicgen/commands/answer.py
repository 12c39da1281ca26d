"""Answer of a command: JSON data, text, exit status; the errors that are bad input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from musicgen.errors import MusicgenError
from musicgen.files import DISK_FULL, is_disk_full

PROBLEMS = (MusicgenError, OSError)  # bad input; any other exception is a bug

# Exit statuses.
FAILURE = 1
BAD_INPUT = 2
INTERRUPTED = 130  # after Ctrl-C, as in shells


def describe(problem: BaseException) -> str:
    """One of PROBLEMS in one line for the person."""
    if isinstance(problem, OSError) and not isinstance(problem, MusicgenError):
        if is_disk_full(problem):
            return DISK_FULL
        if problem.strerror and problem.filename:
            return f"'{problem.filename}': {problem.strerror}"
    return " ".join(str(problem).split()) or type(problem).__name__


@dataclass(frozen=True)
class Answer:
    """Result of a command."""

    data: Mapping[str, Any]  # printed with --json
    text: str = ""  # printed otherwise
    status: int = 0  # exit status
