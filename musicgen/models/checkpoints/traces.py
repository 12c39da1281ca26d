"""Traced step graphs of a model by its settings and its encoding, without weights.

Tracing needs Keras: a training does it, or another process within limits, and the result is kept in
the workspace. A trace depends on nothing but the settings, the encoding and the code of the models.
Imports no Keras.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
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
from musicgen.models.settings import CriticSettings, ModelSettings, settings_to_json
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
    request = trace_request(settings, encoding)
    folder = _folder_of(request)
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
    return (_folder_of(trace_request(settings, encoding)) / SHAPES).is_file()


def stored_trace(settings: ModelSettings, encoding: Encoding) -> Trace | None:
    """The trace of a model in the workspace; None where this program has made none."""
    return _read_trace(_folder_of(trace_request(settings, encoding)))


def store_trace(settings: ModelSettings, encoding: Encoding, trace: Trace) -> None:
    """Keep a trace in the workspace, where that can be written."""
    folder = _folder_of(trace_request(settings, encoding))
    with suppress(OSError):
        shutil.rmtree(folder, ignore_errors=True)  # of another workspace's key
        with new_folder(folder) as new:
            write_trace(trace, new)
            seal.write_seal(new, trace.shapes.state, trace.graphs)
        _drop_old_traces(folder)


def write_trace(trace: Trace, folder: Path) -> None:
    """Write a trace into a folder, without a seal."""
    for name, graph in trace.graphs.items():
        (folder / name).write_bytes(graph)
    (folder / SHAPES).write_text(json.dumps(asdict(trace.shapes)))


def read_trace_files(folder: Path) -> Trace:
    """The trace in a folder, whoever wrote it. Raises InvalidJson and OSError."""
    shapes: TraceShapes = read_json(folder / SHAPES, TraceShapes)
    return Trace(shapes, {name: read_file(folder / name) for name in shapes.graphs})


def _folder_of(request: str) -> Path:
    return home() / "cache" / "step-graphs" / hashlib.sha256(request.encode()).hexdigest()[:32]


def _make_trace(folder: Path, request: str, parameters: int, progress: Progress | None) -> None:
    max_bytes = MAX_BYTES + 4 * parameters * WEIGHT_COPIES
    try:
        with new_folder(folder) as new:
            run_limited(
                PROCESS, [str(new), str(max_bytes)], MAX_SECONDS, max_bytes, request, progress
            )
            trace = read_trace_files(new)
            seal.write_seal(new, trace.shapes.state, trace.graphs)
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
        trace = read_trace_files(folder)
    except (InvalidJson, OSError):
        return None
    return trace if seal.is_sealed(folder, trace.shapes.state, trace.graphs) else None


def _drop_old_traces(newest: Path) -> None:
    """Delete the oldest traces where there are many."""
    others = [path for path in newest.parent.iterdir() if path.is_dir() and path != newest]
    others.sort(key=lambda path: path.stat().st_mtime)
    for path in others[: max(0, len(others) + 1 - MAX_TRACES)]:
        shutil.rmtree(path, ignore_errors=True)


def trace_request(settings: ModelSettings, encoding: Encoding) -> str:
    """Input of the process that traces a model, which is the key of the trace too."""
    entry = {
        "model": settings_to_json(_as_traced(settings)),
        "encoding": encoding.to_json(),
        "code": _code_version(),
    }
    return json.dumps(entry, sort_keys=True)


def _as_traced(settings: ModelSettings) -> ModelSettings:
    """The settings with the same values for what changes nothing in a step graph."""
    settings = replace(settings, dropout=0.0)  # of trainings alone
    if isinstance(settings, CriticSettings):  # how composing uses its logit
        return replace(
            settings, temperature=CriticSettings.temperature, exponent=CriticSettings.exponent
        )
    return settings


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
