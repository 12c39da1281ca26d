"""A checkpoint's step graphs, run by ONNX Runtime with carried state.

The first field's graph takes the step before, what is heard and the state, and gives logits,
the memory and the new state; each further field's takes the memory and what is drawn so far.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime as ort

from musicgen.encoding.steps import Derived, Encoding
from musicgen.models.checkpoint import read_graph

THREADS = 1  # a step is too small to share: a second core gains 4 % for one piece, 12 % for eight


class StepGraphs(Protocol):
    """What the engine needs of a checkpoint."""

    @property
    def encoding(self) -> Encoding: ...

    @property
    def state(self) -> Mapping[str, tuple[int, ...]]:
        """Shape of each carried array of one piece, by name; it begins as zeros."""

    @property
    def graphs(self) -> Sequence[Path]:
        """One ONNX file a field, in order."""

    @property
    def primers(self) -> Sequence[np.ndarray]:
        """Windows of steps (N, F) to begin from, for models that cannot begin from nothing."""


class Stepper(Protocol):
    """K pieces that are stepped together: the model as the composer sees it."""

    def logits(self, derived: Derived, drawn: np.ndarray) -> np.ndarray:
        """Of the next field, (K, V), given the fields (K, i) of this step drawn so far."""

    def push(self, fields: np.ndarray) -> None:
        """Take the finished step of each piece: (K, F)."""

    def keep(self, rows: np.ndarray) -> None:
        """Go on with these pieces alone."""


class Model(Protocol):
    """Anything that pieces can be drawn from, step by step."""

    @property
    def encoding(self) -> Encoding: ...

    @property
    def openings(self) -> Sequence[np.ndarray]:
        """Steps (N, F) to begin from where there is no primer; none for most models."""

    def begin(self, pieces: int) -> Stepper:
        """Pieces before their first step."""


class Engine:
    """A `Model` from a checkpoint's graphs; open it once and begin as often as you like."""

    def __init__(self, checkpoint: StepGraphs) -> None:
        self.encoding = checkpoint.encoding
        self.openings = tuple(checkpoint.primers)
        self.state = dict(checkpoint.state)
        self.sessions = tuple(_session(read_graph(path)) for path in checkpoint.graphs)
        fields = [field.name for field in self.encoding.fields]
        if len(self.sessions) != len(fields):
            raise ValueError(f"{len(self.sessions)} graphs for the fields {', '.join(fields)}")

    def begin(self, pieces: int) -> Stepper:
        return EngineStepper(self, pieces)


class EngineStepper:
    """The carried state of K pieces between runs of the graphs."""

    def __init__(self, engine: Engine, pieces: int) -> None:
        self._sessions = engine.sessions
        self._derived = tuple(engine.encoding.derived)
        self._states = tuple(engine.state)
        sizes = [field.size for field in engine.encoding.fields]
        shapes = engine.state.items()
        self._inputs = {name: np.zeros((pieces, *shape), np.float32) for name, shape in shapes}
        self._inputs["before"] = np.tile(np.array(sizes, np.int32), (pieces, 1))
        self._memory = np.zeros((pieces, 0), np.float32)
        self._outputs = ["logits", "memory", *(f"{name}_out" for name in self._states)]

    def logits(self, derived: Derived, drawn: np.ndarray) -> np.ndarray:
        index = drawn.shape[1]
        if index == 0:
            return self._first(derived)
        inputs = {name: self._inputs[name] for name in self._derived}
        inputs["before"], inputs["memory"] = self._inputs["before"], self._memory
        inputs["drawn"] = drawn.astype(np.int32, copy=False)
        return self._sessions[index].run(["logits"], inputs)[0]

    def _first(self, derived: Derived) -> np.ndarray:
        for name in self._derived:
            self._inputs[name] = derived[name].astype(np.float32)
        logits, self._memory, *carried = self._sessions[0].run(self._outputs, self._inputs)
        self._inputs.update(zip(self._states, carried, strict=True))
        return logits

    def push(self, fields: np.ndarray) -> None:
        self._inputs["before"] = fields.astype(np.int32, copy=False)

    def keep(self, rows: np.ndarray) -> None:
        self._inputs = {name: value[rows] for name, value in self._inputs.items()}
        self._memory = self._memory[rows]


def _session(graph: bytes) -> ort.InferenceSession:
    """The graph's session; from bytes it cannot name other files to read."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
