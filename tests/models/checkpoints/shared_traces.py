"""Traces of step graphs that all tests share, whatever home folder they have.

A trace takes another process 4 to 8 seconds, most of them to import Keras. It follows from the
settings, the encoding and the code, so all workers of one test run can use the same one.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from filelock import FileLock

from musicgen.limited_process import run_limited
from musicgen.progress import Progress


def share_traces(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Make each trace once, in the process that needs it first, and keep it in a folder."""
    patch.setattr("musicgen.models.checkpoints.traces.run_limited", partial(_traced, folder))


def _traced(
    folder: Path,
    module: str,
    arguments: Sequence[str],
    max_seconds: float,
    max_bytes: int,
    request: str,
    progress: Progress | None,
) -> None:
    """Fill the first argument, an empty folder, with the trace of a request."""
    stored = folder / hashlib.sha256(request.encode()).hexdigest()
    new = Path(arguments[0])
    with FileLock(f"{stored}.lock"):
        if not stored.is_dir():
            run_limited(module, arguments, max_seconds, max_bytes, request, progress)
            shutil.copytree(new, stored)
            return
    shutil.copytree(stored, new, dirs_exist_ok=True)
