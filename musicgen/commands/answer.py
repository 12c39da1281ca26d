"""What a command answers, what can go wrong with it, and its progress."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from musicgen.errors import MusicgenError

PROBLEMS = (MusicgenError, ValueError, OSError)

INTERRUPTED = 130  # exit status after Ctrl-C, as shells have it


@dataclass(frozen=True)
class Answer:
    """What a command found out."""

    data: Mapping[str, Any]  # for `--json`
    text: str = ""  # for people
    status: int = 0
