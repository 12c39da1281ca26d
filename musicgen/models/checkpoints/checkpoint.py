"""Checkpoint folders, read and checked without Keras.

    config.json              format, model settings, state shapes, names of the graphs, facts
    vocabulary.json          the encoding
    weights.safetensors      all weights by path of their variable; not in a float16 export,
                             whose graphs hold them
    step.onnx, step_*.onnx   one step with carried state, a graph for each field
    primers.json             `classic`: windows of steps to start from
    optimizer.safetensors    only where training can be resumed,
    progress.json            and at which epoch and batch

Nothing in it is Python or pickle. This module imports neither Keras nor TensorFlow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from msgspec import Meta

from musicgen.encoding.registry import encoding_from_json
from musicgen.encoding.steps import Encoding
from musicgen.errors import InvalidSetting, MusicgenError
from musicgen.json_files import InvalidJson, read_json
from musicgen.models.settings import ModelSettings, settings_from_json

FORMAT = 1
CONFIG, VOCABULARY, PRIMERS = "config.json", "vocabulary.json", "primers.json"
WEIGHTS, OPTIMIZER = "weights.safetensors", "optimizer.safetensors"
PROGRESS = "progress.json"
MAX_FILE_BYTES = 512 * 2**20
MAX_STATE_SIZE = 2**20  # numbers carried in one array of one row

# The operators of our step graphs; none of these reads a file or runs code.
OPERATORS = frozenset(
    "Add And ArgMax Cast Clip Concat Constant ConstantOfShape Conv Cos CumSum Div Einsum Equal Erf "
    "Exp Expand Flatten Floor Gather GatherElements GatherND Gemm Greater GreaterOrEqual Identity "
    "If LayerNormalization Less LessOrEqual Log LogSoftmax Loop LSTM MatMul Max Min Mod Mul Neg "
    "Not OneHot Or Pad Pow Range Reciprocal ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum "
    "Relu Reshape Scan ScatterElements ScatterND Shape Sigmoid Sin Slice Softmax Softplus Split "
    "Sqrt Squeeze Sub Tanh Tile Transpose Unsqueeze Where Xor".split()
)


class BadCheckpoint(MusicgenError):
    """A checkpoint that is missing, damaged or foreign; the message gives the reason."""


@dataclass(frozen=True)
class Checkpoint:
    """A checked checkpoint; its graphs are not loaded."""

    folder: Path
    encoding: Encoding
    model: ModelSettings
    state: Mapping[str, tuple[int, ...]]  # shape of one row of each carried array, 0 grows
    graphs: tuple[Path, ...]  # one a field
    primers: tuple[np.ndarray, ...]  # (n, F) steps each
    facts: Mapping[str, Any]  # run, epoch, losses: to be shown, not to compute with


def open_checkpoint(folder: Path) -> Checkpoint:
    """Read and check a checkpoint but for its graphs; BadCheckpoint with the reason."""
    if not folder.is_dir():
        raise BadCheckpoint(f"there is no checkpoint at '{folder}'")
    try:
        return _open(folder)
    except (InvalidJson, InvalidSetting) as problem:
        raise BadCheckpoint(f"{folder.name}: {problem}") from None


def read_graph(path: Path) -> bytes:
    """Read and check the bytes of a step graph; BadCheckpoint with the reason."""
    import onnx  # here, since it takes 0.2 s, which opening a page should not

    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BadCheckpoint(f"{path.name} is larger than {MAX_FILE_BYTES >> 20} MiB")
        data = path.read_bytes()
    except OSError:
        raise BadCheckpoint(f"{path.parent.name}: {path.name} is missing") from None
    try:
        graph = onnx.load_model_from_string(data).graph
    except Exception as problem:  # protobuf has no common class of errors
        raise BadCheckpoint(f"{path.name} is damaged: {problem}") from None
    foreign = {node.op_type for node in _nodes(graph)} - OPERATORS
    if foreign:
        raise BadCheckpoint(f"{path.name} has operators that no step needs: {sorted(foreign)}")
    if any(tensor.external_data for tensor in graph.initializer):
        raise BadCheckpoint(f"{path.name} has weights outside of the file")
    return data


@dataclass(frozen=True)
class _Format:
    format: int


@dataclass(frozen=True)
class _Config:
    model: dict[str, Any]
    state: dict[str, Annotated[list[Annotated[int, Meta(ge=0)]], Meta(max_length=4)]]
    graphs: list[Annotated[str, Meta(pattern=r"^[A-Za-z0-9_]+\.onnx$", max_length=80)]]
    facts: Any = None


@dataclass(frozen=True)
class _Primers:
    primers: list[list[list[int]]]  # (n, F) steps each


def _open(folder: Path) -> Checkpoint:
    version: _Format = read_json(folder / CONFIG, _Format)
    if version.format != FORMAT:
        raise BadCheckpoint(f"{folder.name}: format {version.format} is not {FORMAT}")
    config: _Config = read_json(folder / CONFIG, _Config)
    encoding = encoding_from_json(read_json(folder / VOCABULARY, dict[str, Any]))
    if len(config.graphs) != len(encoding.fields):
        raise BadCheckpoint(
            f"{folder.name}: {len(config.graphs)} graphs for {len(encoding.fields)} fields"
        )
    graphs = tuple(folder / name for name in config.graphs)
    for graph in graphs:
        if not graph.is_file():
            raise BadCheckpoint(f"{folder.name}: {graph.name} is missing")
    for name, shape in config.state.items():
        if np.prod(shape, dtype=float) > MAX_STATE_SIZE:
            raise BadCheckpoint(f"{folder.name}: the state '{name[:80]}' is too large: {shape}")
    return Checkpoint(
        folder,
        encoding,
        settings_from_json(config.model),
        {name: tuple(shape) for name, shape in config.state.items()},
        graphs,
        _read_primers(folder, encoding),
        config.facts if isinstance(config.facts, dict) else {},
    )


def _read_primers(folder: Path, encoding: Encoding) -> tuple[np.ndarray, ...]:
    if not (folder / PRIMERS).is_file():
        return ()
    stored: _Primers = read_json(folder / PRIMERS, _Primers)
    sizes = [field.size for field in encoding.fields]
    for steps in stored.primers:
        for step in steps:
            if len(step) != len(sizes) or not all(
                0 <= v < n for v, n in zip(step, sizes, strict=True)
            ):
                raise BadCheckpoint(f"{folder.name}: a primer is not in the vocabulary")
    return tuple(np.array(steps, np.int32).reshape(-1, len(sizes)) for steps in stored.primers)


def _nodes(graph: Any) -> list[Any]:
    """All nodes, including those of inner graphs; BadCheckpoint for another domain's."""
    nodes = []
    for node in graph.node:
        if node.domain not in ("", "ai.onnx"):
            raise BadCheckpoint(f"operator {node.op_type} is of the domain {node.domain}")
        nodes.append(node)
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                nodes += _nodes(inner)
            if attribute.t.external_data:
                raise BadCheckpoint("a constant is outside of the file")
    return nodes
