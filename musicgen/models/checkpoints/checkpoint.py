"""A checkpoint folder: what composing, evaluating and going on with a training read.

    config.json              format, model settings, state shapes, names of the graphs, facts
    vocabulary.json          the encoding
    weights.safetensors      all weights by the path of their variable; a packed checkpoint has
                             none, for its graphs hold them
    step.onnx, step_*.onnx   one step with carried state, a graph for each field
    primers.json             `classic`: windows of steps to begin from
    optimizer.safetensors    only where training can go on from here,
    progress.json            and how far it had come

Nothing in it is Python or pickle. This module imports neither Keras nor TensorFlow.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from musicgen.encoding.registry import encoding_from_json
from musicgen.encoding.steps import Encoding
from musicgen.errors import MusicgenError
from musicgen.models.settings import ModelSettings, settings_from_json

FORMAT = 1
CONFIG, VOCABULARY, PRIMERS = "config.json", "vocabulary.json", "primers.json"
WEIGHTS, OPTIMIZER = "weights.safetensors", "optimizer.safetensors"
PROGRESS = "progress.json"
MAX_FILE_BYTES = 512 * 2**20
MAX_STATE = 2**20  # numbers carried a piece

# What the step graphs of our models are made of; none of these reads a file or runs code.
OPERATORS = frozenset(
    "Add And ArgMax Cast Clip Concat Constant ConstantOfShape Conv Cos CumSum Div Einsum Equal Erf "
    "Exp Expand Flatten Floor Gather GatherElements GatherND Gemm Greater GreaterOrEqual Identity "
    "If LayerNormalization Less LessOrEqual Log LogSoftmax Loop LSTM MatMul Max Min Mod Mul Neg "
    "Not OneHot Or Pad Pow Range Reciprocal ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum "
    "Relu Reshape Scan ScatterElements ScatterND Shape Sigmoid Sin Slice Softmax Softplus Split "
    "Sqrt Squeeze Sub Tanh Tile Transpose Unsqueeze Where Xor".split()
)


class BadCheckpoint(MusicgenError):
    """A checkpoint that cannot be used, and why."""


@dataclass(frozen=True)
class Checkpoint:
    """An opened checkpoint, its graphs not yet loaded."""

    folder: Path
    encoding: Encoding
    model: ModelSettings
    state: Mapping[str, tuple[int, ...]]  # shape of each carried array of one piece, 0 grows
    graphs: tuple[Path, ...]  # one a field
    primers: tuple[np.ndarray, ...]  # (n, F) steps each
    facts: Mapping[str, Any]  # run, epoch, losses: for showing, never for computing


def open_checkpoint(folder: Path) -> Checkpoint:
    """Read and check all but the graphs' insides; BadCheckpoint says what is wrong."""
    if not folder.is_dir():
        raise BadCheckpoint(f"there is no checkpoint at '{folder}'")
    config = _json(folder / CONFIG)
    if config.get("format") != FORMAT:
        raise BadCheckpoint(f"{folder.name}: format {config.get('format')!r} is not {FORMAT}")
    try:
        encoding = encoding_from_json(_json(folder / VOCABULARY))
        model = settings_from_json(config["model"])
        state = {str(name): _shape(shape) for name, shape in config["state"].items()}
        graphs = tuple(folder / _file_name(name) for name in config["graphs"])
        primers = _primers(folder / PRIMERS, encoding)
    except (KeyError, TypeError, AttributeError, ValueError) as problem:
        raise BadCheckpoint(f"{folder.name}: {problem}") from None
    if len(graphs) != len(encoding.fields):
        raise BadCheckpoint(
            f"{folder.name}: {len(graphs)} graphs for {len(encoding.fields)} fields"
        )
    for graph in graphs:
        if not graph.is_file():
            raise BadCheckpoint(f"{folder.name}: {graph.name} is missing")
    facts = config.get("facts")
    facts = facts if isinstance(facts, dict) else {}
    return Checkpoint(folder, encoding, model, state, graphs, primers, facts)


def read_graph(path: Path) -> bytes:
    """A step graph's bytes, after a look at what is in them; BadCheckpoint where it is foreign."""
    import onnx  # only here: 0.2 s that composing from a page pays once

    data = _bytes(path)
    try:
        graph = onnx.load_model_from_string(data).graph
    except Exception as problem:  # protobuf raises what it likes on bytes that are no graph
        raise BadCheckpoint(f"{path.name} is damaged: {problem}") from None
    foreign = {node.op_type for node in _nodes(graph)} - OPERATORS
    if foreign:
        raise BadCheckpoint(f"{path.name} holds operators that no step needs: {sorted(foreign)}")
    if any(tensor.external_data for tensor in graph.initializer):
        raise BadCheckpoint(f"{path.name} keeps weights outside of the file")
    return data


def _nodes(graph: Any) -> list[Any]:
    """All nodes, those of inner graphs too; BadCheckpoint for another domain's."""
    found = []
    for node in graph.node:
        if node.domain not in ("", "ai.onnx"):
            raise BadCheckpoint(f"operator {node.op_type} is of the domain {node.domain}")
        found.append(node)
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                found += _nodes(inner)
            if attribute.t.external_data:
                raise BadCheckpoint("a constant is kept outside of the file")
    return found


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(_bytes(path))
    except (ValueError, RecursionError):
        raise BadCheckpoint(f"{path.parent.name}: {path.name} is damaged") from None
    if not isinstance(value, dict):
        raise BadCheckpoint(f"{path.parent.name}: {path.name} is not an object")
    return value


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BadCheckpoint(f"{path.name} is larger than {MAX_FILE_BYTES >> 20} MiB")
        return path.read_bytes()
    except OSError:
        raise BadCheckpoint(f"{path.parent.name}: {path.name} is missing") from None


def _shape(entry: Any) -> tuple[int, ...]:
    shape = tuple(int(size) for size in entry)
    if len(shape) > 4 or any(size < 0 for size in shape) or np.prod(shape, dtype=float) > MAX_STATE:
        raise ValueError(f"state of shape {shape}")
    return shape


def _file_name(entry: Any) -> str:
    name = str(entry)
    if Path(name).name != name or not name.endswith(".onnx"):
        raise ValueError(f"'{name}' is not a graph's name")
    return name


def _primers(path: Path, encoding: Encoding) -> tuple[np.ndarray, ...]:
    if not path.is_file():
        return ()
    sizes = np.array([field.size for field in encoding.fields])
    primers = []
    for entry in _json(path)["primers"]:
        steps = np.array(entry, np.int32).reshape(-1, len(sizes))
        if len(steps) and not (steps.min() >= 0 and (steps < sizes).all()):
            raise ValueError("a primer is not of this vocabulary")
        primers.append(steps)
    return tuple(primers)
