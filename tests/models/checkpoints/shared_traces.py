"""Traces of step graphs that all tests share, whatever home folder they have.

A trace takes 2 to 10 seconds, and in another process the time to import Keras besides. It follows
from the settings, the encoding and the code, so all workers of one test run can use the same one.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from filelock import FileLock

from musicgen.encoding.steps import Encoding
from musicgen.limited_process import run_limited
from musicgen.models.checkpoints.traces import (
    Trace,
    read_trace_files,
    trace_request,
    write_trace,
)
from musicgen.models.settings import ModelSettings
from musicgen.progress import Progress

TraceModel = Callable[[ModelSettings, Encoding], Trace]
WRITER = "musicgen.models.checkpoints.writer"  # imports Keras


class SharedTraces:
    """Traces in a folder, each made in the process that needs it first."""

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self._patch, self._folder = patch, folder
        self.trace_model: TraceModel | None = None  # makes a trace whether there is one or not

    def share_those_of_processes(self) -> None:
        """Those that another process makes, as for runs that are imported."""
        process = partial(_by_a_process, self._folder)
        self._patch.setattr("musicgen.models.checkpoints.traces.run_limited", process)

    def share_those_of_trainings(self) -> None:
        """Those that trainings in this process make, once it has imported what they need."""
        writer = sys.modules.get(WRITER)
        if writer is not None and self.trace_model is None:
            self.trace_model = writer.trace_model
            shared = partial(_in_this_process, self._folder, writer.trace_model)
            self._patch.setattr(writer, "trace_model", shared)


def _by_a_process(
    folder: Path,
    module: str,
    arguments: Sequence[str],
    max_seconds: float,
    max_bytes: int,
    request: str,
    progress: Progress | None,
) -> None:
    """Fill the first argument, an empty folder, with the trace of a request."""
    with _locked(folder, request) as stored:
        if not stored.is_dir():
            run_limited(module, arguments, max_seconds, max_bytes, request, progress)
            shutil.copytree(arguments[0], stored)
            return
    shutil.copytree(stored, arguments[0], dirs_exist_ok=True)


def _in_this_process(
    folder: Path,
    trace_model: TraceModel,
    settings: ModelSettings,
    encoding: Encoding,
) -> Trace:
    """The trace of a model as `trace_model` makes it."""
    with _locked(folder, trace_request(settings, encoding)) as stored:
        if not stored.is_dir():
            trace = trace_model(settings, encoding)
            stored.mkdir()
            write_trace(trace, stored)
            return trace
    return read_trace_files(stored)


@contextmanager
def _locked(folder: Path, key: str) -> Iterator[Path]:
    """The folder of a trace, which no other worker writes meanwhile."""
    stored = folder / hashlib.sha256(key.encode()).hexdigest()
    with FileLock(f"{stored}.lock"):
        yield stored
