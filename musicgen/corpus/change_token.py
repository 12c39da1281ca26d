"""Change tokens: a text for a source that differs once its files have changed.

Walking a large collection takes long, and pages ask on every rerun. The result of a walk is
therefore reused while no folder has changed (a file was added, removed or renamed), and for at
most RECHECK_SECONDS, after which a file that was edited in place is noticed as well.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from musicgen.corpus.source_files import files_below
from musicgen.corpus.user.import_record import RECORD_FILE

RECHECK_SECONDS = 5.0
MAX_SOURCES = 64


@dataclass(frozen=True)
class _Walk:
    """Result of one walk over a source."""

    token: str
    folders: dict[Path, int]  # modification time in ns
    clock_seconds: float


class ChangeTokens:
    """Change tokens of sources, each from a walk that is reused for a short time."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        recheck_seconds: float = RECHECK_SECONDS,
    ) -> None:
        self._clock, self._recheck_seconds = clock, recheck_seconds
        self._walks: dict[Path, _Walk] = {}
        self._lock = threading.Lock()

    def token(self, source: Path) -> str:
        """The source's token, by the names, sizes and times of its files."""
        with self._lock:
            walk = self._walks.pop(source, None)
        if walk is None or not self._is_valid(walk):
            walk = _walk(source, self._clock())
        with self._lock:
            self._walks[source] = walk  # the last one used is the last one dropped
            while len(self._walks) > MAX_SOURCES:
                del self._walks[next(iter(self._walks))]
        return walk.token

    def _is_valid(self, walk: _Walk) -> bool:
        if self._clock() - walk.clock_seconds > self._recheck_seconds:
            return False
        return all(_modified_ns(folder) == time_ns for folder, time_ns in walk.folders.items())


_tokens = ChangeTokens()
change_token = _tokens.token


def _walk(source: Path, clock_seconds: float) -> _Walk:
    folders: dict[Path, int] = {}

    def add_folder(folder: Path) -> None:  # before its files: a later change is then noticed
        folders[folder] = _modified_ns(folder)

    if source.is_dir():
        files = [*files_below(source, on_folder=add_folder), source / RECORD_FILE]
    else:
        files = [source]
        add_folder(source)
    digest = hashlib.sha256(str(source).encode(errors="surrogateescape"))
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        digest.update(f"{file}:{status.st_size}:{status.st_mtime_ns}\n".encode(errors="replace"))
    return _Walk(digest.hexdigest(), folders, clock_seconds)


def _modified_ns(path: Path) -> int:
    """Modification time in ns; -1 if there is no such path."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return -1
