"""Traced step graphs of a model by its settings and its encoding, without weights.

Tracing needs Keras: another process does it, within limits, and its result is kept in the
workspace. A trace depends on nothing but the settings, the encoding and the code of the models.
Imports no Keras.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from musicgen.encoding.steps import Encoding
from musicgen.errors import MusicgenError
from musicgen.files import new_folder, read_file, reason_of
from musicgen.json_files import InvalidJson, read_json
from musicgen.limited_process import ProcessFailed, run_limited
from musicgen.models.checkpoints import seal
from musicgen.models.settings import ModelSettings, settings_to_json
from musicgen.paths import PACKAGE, home
from musicgen.progress import Progress

SHAPES = "shapes.json"  # beside the graphs
PROCESS = "musicgen.models.checkpoints.trace_process"
MAX_SECONDS = 90.0  # of processor time; models of usual sizes take 6
MAX_BYTES = 3 * 2**29  # of memory in use, beside the weights
WEIGHT_COPIES = 8  # that tracing keeps in memory
MAX_TRACES = 32  # kept in the workspace
EXPORTING_PACKAGES = ("keras", "tensorflow", "tf2onnx", "onnx")  # whose versions decide the graphs

_Size = Annotated[int, Meta(ge=0)]


class ExportFailed(MusicgenError):
    """Step graphs that could not be exported, and why."""


@dataclass(frozen=True)
class TraceShapes:
    """Shapes of a model's weights by their paths and of its carried state, names of its graphs."""

    weights: dict[str, list[_Size]]
    state: dict[str, list[_Size]]
    graphs: list[str]  # in the order of the fields


@dataclass(frozen=True)
class Trace:
    """Step graphs of a model; the weights in them are of no meaning."""

    shapes: TraceShapes
    graphs: Mapping[str, bytes]  # by file name, in the order of the fields


def find_trace(
    settings: ModelSettings,
    encoding: Encoding,
    parameters: int = 0,
    progress: Progress | None = None,
) -> Trace:
    """The trace of a model, from the workspace or made by another process, which takes seconds.

    parameters: of the model, for the limit of memory. Raises ExportFailed.
    """
    request = _request(settings, encoding)
    folder = _folder() / hashlib.sha256(request.encode()).hexdigest()[:32]
    trace = _read_trace(folder)
    if trace is None:
        shutil.rmtree(folder, ignore_errors=True)
        _make_trace(folder, request, parameters, progress)
        trace = _read_trace(folder)
    if trace is None:
        raise ExportFailed("the step graphs cannot be read after their export")
    return trace


def has_trace(settings: ModelSettings, encoding: Encoding) -> bool:
    """Whether a trace is in the workspace, so that finding it takes no time."""
    name = hashlib.sha256(_request(settings, encoding).encode()).hexdigest()[:32]
    return (_folder() / name / SHAPES).is_file()


def _folder() -> Path:
    return home() / "cache" / "step-graphs"


def _make_trace(folder: Path, request: str, parameters: int, progress: Progress | None) -> None:
    max_bytes = MAX_BYTES + 4 * parameters * WEIGHT_COPIES
    try:
        with new_folder(folder) as new:
            run_limited(
                PROCESS, [str(new), str(max_bytes)], MAX_SECONDS, max_bytes, request, progress
            )
            shapes: TraceShapes = read_json(new / SHAPES, TraceShapes)
            seal.write_seal(new, shapes.state, _read_graphs(new, shapes))
    except FileExistsError:  # another process was faster
        return
    except (ProcessFailed, InvalidJson) as problem:
        raise ExportFailed(f"its step graphs cannot be exported: {problem}") from None
    except OSError as problem:
        raise ExportFailed(f"its step graphs cannot be exported: {reason_of(problem)}") from None
    _drop_old_traces(folder)


def _read_trace(folder: Path) -> Trace | None:
    """A trace of the workspace; None where there is none that this program has made."""
    try:
        shapes: TraceShapes = read_json(folder / SHAPES, TraceShapes)
        graphs = _read_graphs(folder, shapes)
    except (InvalidJson, OSError):
        return None
    return Trace(shapes, graphs) if seal.is_sealed(folder, shapes.state, graphs) else None


def _read_graphs(folder: Path, shapes: TraceShapes) -> dict[str, bytes]:
    return {name: read_file(folder / name) for name in shapes.graphs}


def _drop_old_traces(newest: Path) -> None:
    """Delete the oldest traces where there are many."""
    others = [path for path in newest.parent.iterdir() if path.is_dir() and path != newest]
    others.sort(key=lambda path: path.stat().st_mtime)
    for path in others[: max(0, len(others) + 1 - MAX_TRACES)]:
        shutil.rmtree(path, ignore_errors=True)


def _request(settings: ModelSettings, encoding: Encoding) -> str:
    """Input of the process, which is the key of the trace too.

    Dropout, of trainings alone, changes nothing in a step graph.
    """
    entry = {
        "model": settings_to_json(replace(settings, dropout=0.0)),
        "encoding": encoding.to_json(),
        "code": _code_version(),
    }
    return json.dumps(entry, sort_keys=True)


@cache
def _code_version() -> str:
    """Hash of all that decides a trace beside settings and encoding."""
    code = hashlib.sha256(sys.version.encode())
    for folder in ("encoding", "models"):
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            code.update(path.read_bytes())
    for package in EXPORTING_PACKAGES:
        code.update(version(package).encode())
    return code.hexdigest()
