"""What a command answers, what can go wrong with it, and its progress."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from musicgen.composing.originality_index import BadIndex
from musicgen.corpus.errors import UnknownSource, UnreadableScore
from musicgen.models.checkpoint import BadCheckpoint
from musicgen.settings import BadName
from musicgen.training.archive import BadArchive
from musicgen.training.keras_export import NoExport
from musicgen.training.launch import NotNow
from musicgen.training.process import AlreadyTraining
from musicgen.training.run import UnknownRun

PROBLEMS = (
    UnknownSource,
    UnreadableScore,
    UnknownRun,
    BadCheckpoint,
    BadIndex,
    BadArchive,
    NoExport,
    BadName,
    NotNow,
    AlreadyTraining,
    ValueError,
    OSError,
)

INTERRUPTED = 130  # exit status after Ctrl-C, as shells have it


@dataclass(frozen=True)
class Answer:
    """What a command found out."""

    data: Mapping[str, Any]  # for `--json`
    text: str = ""  # for people
    status: int = 0
