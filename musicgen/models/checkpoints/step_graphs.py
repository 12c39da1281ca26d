"""The step graphs of a checkpoint that may be run: those that this program has exported.

They are those of the checkpoint where it is sealed or came with the program. All others are
ignored: a graph is a program. In their place, a trace of the model is filled with the weights.
Imports no Keras.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musicgen.file_hashes import FILE as HASHES
from musicgen.file_hashes import DamagedFile, check_files, sha256_of, write_hashes
from musicgen.files import read_file, to_json_bytes
from musicgen.models.checkpoints import seal
from musicgen.models.checkpoints.checkpoint import (
    CONFIG,
    CRITIC,
    MAX_FILE_BYTES,
    MEMBERS,
    VOCABULARY,
    WEIGHTS,
    BadCheckpoint,
    Checkpoint,
    config_json,
    damaged_checkpoint,
    open_checkpoint,
)
from musicgen.models.checkpoints.graph_weights import with_weights
from musicgen.models.checkpoints.weights_file import BadWeights, read_arrays, read_header
from musicgen.models.parameter_count import count_parameters, min_parameters
from musicgen.paths import PRETRAINED
from musicgen.progress import Progress


@dataclass(frozen=True)
class StepGraphs:
    """Step graphs that may be run, and the shapes of their state."""

    state: Mapping[str, tuple[int, ...]]  # shape of one row of each carried array
    graphs: Mapping[str, bytes]  # by file name, in the order of the fields


def read_step_graphs(checkpoint: Checkpoint, progress: Progress | None = None) -> StepGraphs:
    """The graphs of a checkpoint that may be run. Raises BadCheckpoint.

    It takes seconds where `needs_export` says so; progress is called meanwhile.
    """
    own = _own_graphs(checkpoint)
    return export_graphs(checkpoint, progress) if own is None else own


def needs_export(checkpoint: Checkpoint) -> bool:
    """Whether the graphs must be exported again by another process, which takes seconds."""
    if any(needs_export(open_checkpoint(member)) for member in checkpoint.members):
        return True
    if _own_graphs(checkpoint) is not None:
        return False
    from musicgen.models.checkpoints.traces import has_trace  # slow, and seldom needed

    return not has_trace(checkpoint.model, checkpoint.encoding)


def export_graphs(checkpoint: Checkpoint, progress: Progress | None = None) -> StepGraphs:
    """Export the graphs again from the weights. Raises BadCheckpoint."""
    path = checkpoint.folder / WEIGHTS
    name = checkpoint.folder.name
    if not path.is_file():
        return _graphs_of_bundled(checkpoint)
    from musicgen.models.checkpoints.traces import ExportFailed, find_trace

    try:
        parameters = sum(info.size for info in read_header(path).values())
        _check_parameters(checkpoint, parameters)
        weights = read_arrays(path)
        trace = find_trace(checkpoint.model, checkpoint.encoding, parameters, progress)
    except (BadWeights, ExportFailed) as problem:
        raise BadCheckpoint(f"{name}: {problem}") from None
    _check_shapes(name, weights, trace.shapes.weights)
    state = {name: tuple(shape) for name, shape in trace.shapes.state.items()}
    graphs = {name: with_weights(graph, weights) for name, graph in trace.graphs.items()}
    return StepGraphs(state, graphs)


def write_exported(checkpoint: Checkpoint, progress: Progress | None = None) -> None:
    """Export a checkpoint's graphs again into its folder. Raises BadCheckpoint.

    Its config is written anew too, with what it says of the graphs, and the hashes of all files.
    """
    folder, exported = checkpoint.folder, export_graphs(checkpoint, progress)
    model, members = checkpoint.model, len(checkpoint.members)
    for name, graph in exported.graphs.items():
        (folder / name).write_bytes(graph)
    config = config_json(model, exported.state, list(exported.graphs), checkpoint.facts, members)
    (folder / CONFIG).write_bytes(to_json_bytes(config))
    _seal(folder, exported)


def seal_changed_graphs(checkpoint: Checkpoint) -> None:
    """Seal the graphs of a checkpoint that this process has just changed, and list its files."""
    graphs = {path.name: path.read_bytes() for path in checkpoint.graphs}
    _seal(checkpoint.folder, StepGraphs(checkpoint.state, graphs))


def _seal(folder: Path, exported: StepGraphs) -> None:
    seal.write_seal(folder, exported.state, exported.graphs)
    files = [path.name for path in folder.iterdir() if path.is_file()]
    write_hashes(folder, [name for name in files if name != HASHES])


def _graphs_of_bundled(checkpoint: Checkpoint) -> StepGraphs:
    """The graphs of the checkpoint that came with the program and that this one is a copy of.

    Those are stored without weights of their own. Raises BadCheckpoint where there is none.
    """
    folder = checkpoint.folder
    checkpoints = "*/checkpoints/*/"
    bundled = (checkpoints, f"{checkpoints}{CRITIC}/", f"{checkpoints}{MEMBERS}/*/")
    for other in (path for pattern in bundled for path in PRETRAINED.glob(pattern)):
        if all(_is_same_file(folder / name, other / name) for name in (CONFIG, VOCABULARY)):
            return read_step_graphs(open_checkpoint(other))
    raise BadCheckpoint(
        f"{folder.name} holds no {WEIGHTS}: graphs that were not exported on this computer are "
        "not run, and there is nothing to export them from"
    )


def _own_graphs(checkpoint: Checkpoint) -> StepGraphs | None:
    """The graphs of a checkpoint's files; None where this program has not exported them."""
    folder = checkpoint.folder
    try:
        check_files(folder, [path.name for path in checkpoint.graphs])
        graphs = {path.name: _read_graph(path) for path in checkpoint.graphs}
    except DamagedFile as problem:
        raise damaged_checkpoint(folder, problem) from None
    bundled = folder.resolve().is_relative_to(PRETRAINED)
    if bundled or seal.is_sealed(folder, checkpoint.state, graphs):
        return StepGraphs(checkpoint.state, graphs)
    return None


def _is_same_file(path: Path, other: Path) -> bool:
    return path.is_file() and other.is_file() and sha256_of(path) == sha256_of(other)


def _read_graph(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BadCheckpoint(f"{path.name} is larger than {MAX_FILE_BYTES >> 20} MiB")
        return read_file(path)
    except OSError:
        raise BadCheckpoint(f"{path.parent.name}: {path.name} is missing") from None


def _check_parameters(checkpoint: Checkpoint, parameters: int) -> None:
    """Raise BadCheckpoint where the settings are of a larger or smaller model than the weights."""
    expected = count_parameters(checkpoint.model, checkpoint.encoding)
    least = min_parameters(checkpoint.model) if expected is None else expected
    if parameters < least or (expected is not None and parameters != expected):
        raise BadCheckpoint(
            f"{checkpoint.folder.name}: {WEIGHTS} holds {parameters:,} numbers, and a model of "
            f"these settings has {least:,}"
        )


def _check_shapes(
    name: str, weights: Mapping[str, np.ndarray], shapes: Mapping[str, list[int]]
) -> None:
    if set(weights) != set(shapes):
        raise BadCheckpoint(f"{name}: its weights are not those of this model")
    for path, array in weights.items():
        if list(array.shape) != shapes[path] or array.dtype != np.float32:
            raise BadCheckpoint(f"{name}: {path[:80]} has another shape or type in this model")
