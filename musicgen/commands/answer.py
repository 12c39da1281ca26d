"""Answer of a command: JSON data, text, exit status; the errors that are bad input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Exit statuses.
FAILURE = 1
BAD_INPUT = 2
INTERRUPTED = 130  # after Ctrl-C, as in shells


@dataclass(frozen=True)
class Answer:
    """Result of a command."""

    data: Mapping[str, Any]  # printed with --json
    text: str = ""  # printed otherwise
    status: int = 0  # exit status
