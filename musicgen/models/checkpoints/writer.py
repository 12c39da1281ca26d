"""Writing checkpoints of Keras models, and loading weights and training state back."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import save_file

from musicgen.encoding.registry import encoding_from_json
from musicgen.encoding.steps import Encoding
from musicgen.file_hashes import DamagedFile, check_files, write_hashes
from musicgen.files import new_folder, write_json
from musicgen.models.build import StepsModel, build_model, in_float32, step_models
from musicgen.models.checkpoints import seal
from musicgen.models.checkpoints.checkpoint import (
    CONFIG,
    OPTIMIZER,
    PRIMERS,
    PROGRESS,
    VOCABULARY,
    WEIGHTS,
    BadCheckpoint,
    config_json,
    open_checkpoint,
)
from musicgen.models.checkpoints.float16_export import weights_of_graphs
from musicgen.models.checkpoints.graph_weights import with_weights
from musicgen.models.checkpoints.onnx_export import trace_step
from musicgen.models.checkpoints.step_graphs import read_step_graphs
from musicgen.models.checkpoints.traces import Trace, TraceShapes, store_trace, stored_trace
from musicgen.models.checkpoints.weights_file import BadWeights, read_arrays
from musicgen.models.settings import ModelSettings

_OS_ERROR = re.compile(r"os error (\d+)")


class CheckpointWriter:
    """Writer of the checkpoints of one model; the first one traces its graphs where none has."""

    def __init__(
        self, model: StepsModel, encoding: Encoding, primers: Sequence[np.ndarray] = ()
    ) -> None:
        self.model, self.encoding, self.primers = model, encoding, primers

    def write(
        self,
        folder: Path,
        facts: Mapping[str, Any],
        optimizer: keras.optimizers.Optimizer | None = None,
        progress: Mapping[str, Any] | None = None,
    ) -> None:
        """Write a new checkpoint folder, all of it or nothing.

        optimizer, progress: for resuming the training from this checkpoint.
        """
        weights = weights_of(self.model)
        vocabulary = json.dumps(self.encoding.to_json())
        traced = _traced(self.model.settings, vocabulary)
        state = traced.shapes.state
        config = config_json(self.model.settings, state, traced.shapes.graphs, facts)
        with new_folder(folder) as new:
            (new / CONFIG).write_text(json.dumps(config, indent=1) + "\n")
            (new / VOCABULARY).write_text(vocabulary + "\n")
            _save(weights, new / WEIGHTS)
            graphs = {name: with_weights(graph, weights) for name, graph in traced.graphs.items()}
            for name, graph in graphs.items():
                (new / name).write_bytes(graph)
            seal.write_seal(new, state, graphs)
            if self.primers:
                write_json(new / PRIMERS, {"primers": [p.tolist() for p in self.primers]})
            if optimizer is not None:
                _save(_training_state(self.model, optimizer), new / OPTIMIZER)
                write_json(new / PROGRESS, progress)
            write_hashes(new, [path.name for path in new.iterdir()])


@lru_cache(maxsize=2)
def _traced(settings: ModelSettings, vocabulary: str) -> Trace:
    """The trace of a model, from the workspace or made here, which takes seconds."""
    encoding = encoding_from_json(json.loads(vocabulary))
    trace = stored_trace(settings, encoding)
    if trace is None:
        trace = trace_model(settings, encoding)
        store_trace(settings, encoding, trace)
    return trace


def trace_model(settings: ModelSettings, encoding: Encoding) -> Trace:
    """Trace the step graphs of a model with new weights."""
    with in_float32():
        model = build_model(settings, encoding)
        steps = step_models(model)
        graphs = [trace_step(step, step.input_shapes()) for step in steps]
    weights = {variable.path: list(variable.shape) for variable in model.trainable_variables}
    state = {name: list(shape) for name, shape in steps[0].state.items()}
    names = ["step.onnx", *(f"step_{field.name}.onnx" for field in encoding.fields[1:])]
    named = dict(zip(names[: len(graphs)], graphs, strict=True))
    return Trace(TraceShapes(weights, state, list(named)), named)


def weights_of(model: keras.Model) -> dict[str, np.ndarray]:
    """All trainable weights by the path of their variable."""
    weights = {v.path: np.asarray(v.value) for v in model.trainable_variables}
    if len(weights) != len(model.trainable_variables):
        raise ValueError("two variables of the model have the same path")
    return weights


def load_weights(model: keras.Model, folder: Path) -> None:
    """Load a checkpoint's weights into a model of the same settings; BadCheckpoint otherwise."""
    expected = {v.path: v for v in model.trainable_variables}
    if (folder / WEIGHTS).is_file():
        stored = _tensors(folder / WEIGHTS)
    else:  # a float16 export that came with the program: the graphs hold weights and constants
        graphs = read_step_graphs(open_checkpoint(folder)).graphs
        initializers = weights_of_graphs(graphs.values())
        stored = {name: value for name, value in initializers.items() if name in expected}
    if set(stored) != set(expected):
        raise BadCheckpoint(f"{folder.name}: its weights are not those of this model")
    _assign(expected, stored, folder)


def load_training_state(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, folder: Path
) -> None:
    """Load the optimizer and the seeds of the dropouts at a checkpoint; BadCheckpoint otherwise."""
    stored = _tensors(folder / OPTIMIZER)
    optimizer.build(model.trainable_variables)
    expected = _training_variables(model, optimizer)
    if set(stored) != set(expected):
        raise BadCheckpoint(f"{folder.name}: its optimizer is not the one of this training")
    _assign(expected, stored, folder)


def _training_state(
    model: keras.Model, optimizer: keras.optimizers.Optimizer
) -> dict[str, np.ndarray]:
    variables = _training_variables(model, optimizer)
    return {name: np.asarray(v.value) for name, v in variables.items()}


def _training_variables(
    model: keras.Model, optimizer: keras.optimizers.Optimizer
) -> dict[str, Any]:
    # Named by their order: Keras numbers their paths through a process.
    variables = {f"optimizer.{i}": v for i, v in enumerate(optimizer.variables)}
    return variables | {f"seed.{i}": v for i, v in enumerate(model.non_trainable_variables)}


def _tensors(path: Path) -> dict[str, np.ndarray]:
    try:
        check_files(path.parent, [path.name])
        return read_arrays(path)
    except (BadWeights, DamagedFile) as problem:
        raise BadCheckpoint(f"{path.parent.name}: {problem}") from None


def _save(arrays: Mapping[str, np.ndarray], path: Path) -> None:
    """Write arrays; OSError where the disk cannot take them, as of all other files."""
    try:
        save_file(dict(arrays), path)
    except SafetensorError as problem:
        number = _OS_ERROR.search(str(problem))  # it has the number in its text alone
        if number is None:
            raise
        raise OSError(int(number[1]), os.strerror(int(number[1])), str(path)) from None


def _assign(variables: Mapping[str, Any], values: Mapping[str, np.ndarray], folder: Path) -> None:
    """Assign values by name, after a check of all shapes; BadCheckpoint otherwise."""
    for name, variable in variables.items():
        if tuple(variable.shape) != values[name].shape:
            raise BadCheckpoint(f"{folder.name}: {name} has another shape in this model")
    for name, variable in variables.items():
        variable.assign(values[name])
