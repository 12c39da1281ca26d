"""Model of a checkpoint's step graphs, run by ONNX Runtime with carried state.

The first field's graph maps the step before, its features and the state to logits, a hidden vector
and the new state; the graph of each further field maps the hidden vector and the fields drawn so
far to logits. An output `NAME_out` is the input `NAME` of later graphs and of the next step.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnxruntime as ort

from musicgen.composing.decoding.bound_stepper import BoundStepper, can_be_bound
from musicgen.composing.decoding.mean_model import MeanStepper
from musicgen.encoding.model_interface import Stepper
from musicgen.encoding.steps import Features
from musicgen.models.checkpoints.checkpoint import (
    BadCheckpoint,
    Checkpoint,
    check_critic,
    critic_folder,
    open_checkpoint,
)
from musicgen.models.checkpoints.members import open_members
from musicgen.models.checkpoints.step_graphs import read_step_graphs
from musicgen.models.settings import CriticSettings
from musicgen.progress import Progress

# A step is too small to be shared: on two idle cores a second thread gains 4 to 9 % for one piece
# and 12 to 16 % for eight; beside a training, threads wait for each other, and a step takes 5 to
# 10 times as long as with one.
THREADS = 1


class OnnxGraphs:
    """The graphs of a checkpoint; opened once, they begin any number of batches."""

    def __init__(self, checkpoint: Checkpoint, progress: Progress | None = None) -> None:
        """progress: called while graphs are exported again, if `needs_export` says so."""
        self.encoding = checkpoint.encoding
        exported = read_step_graphs(checkpoint, progress)
        self.state = dict(exported.state)
        self.sessions = tuple(_session(graph) for graph in exported.graphs.values())
        self.inputs = tuple([i.name for i in session.get_inputs()] for session in self.sessions)
        self.outputs = tuple([o.name for o in session.get_outputs()] for session in self.sessions)

    def start(self, pieces: int) -> Stepper:
        sizes = [field.size for field in self.encoding.fields]
        start = {n: np.zeros((pieces, *shape), np.float32) for n, shape in self.state.items()}
        start["before"] = np.tile(np.array(sizes, np.int32), (pieces, 1))
        if can_be_bound(self.sessions):
            return BoundStepper(self.sessions, start)
        return OnnxStepper(self, start)


class OnnxModel(OnnxGraphs):
    """`Model` from a checkpoint, the mean of its members where it has several."""

    def __init__(self, checkpoint: Checkpoint, progress: Progress | None = None) -> None:
        if isinstance(checkpoint.model, CriticSettings):
            raise BadCheckpoint(f"{checkpoint.folder.name} is a critic, which draws no notes")
        super().__init__(checkpoint, progress)
        self.warmup_windows = tuple(checkpoint.primers)
        fields = [field.name for field in self.encoding.fields]
        if len(self.sessions) != len(fields):
            raise BadCheckpoint(f"{len(self.sessions)} graphs for the fields {', '.join(fields)}")
        members = open_members(checkpoint)
        self.members = tuple(OnnxGraphs(member, progress) for member in members)
        self.critic = open_critic(checkpoint, progress)

    def start(self, pieces: int) -> Stepper:
        first = super().start(pieces)
        if not self.members:
            return first
        return MeanStepper([first, *(member.start(pieces) for member in self.members)])


class OnnxCritic(OnnxGraphs):
    """`Critic` from a checkpoint."""

    def __init__(self, checkpoint: Checkpoint, progress: Progress | None = None) -> None:
        super().__init__(checkpoint, progress)
        assert isinstance(checkpoint.model, CriticSettings)
        self.temperature = checkpoint.model.temperature
        self.exponent = checkpoint.model.exponent


def open_critic(checkpoint: Checkpoint, progress: Progress | None = None) -> OnnxCritic | None:
    """The critic of a checkpoint's pieces; None where it has none. Raises BadCheckpoint."""
    folder = critic_folder(checkpoint.folder)
    if not folder.is_dir():
        return None
    critic = open_checkpoint(folder)
    check_critic(critic, checkpoint)
    return OnnxCritic(critic, progress)


class OnnxStepper:
    """State of K pieces, passed to the graphs at each step; it may grow."""

    def __init__(self, model: OnnxGraphs, start: Mapping[str, np.ndarray]) -> None:
        """start: the initial state and, as `before`, the step before the first; (K, ...) each."""
        self._graphs = list(zip(model.sessions, model.inputs, model.outputs, strict=True))
        self._values = dict(start)

    def logits(self, features: Features, drawn: np.ndarray) -> np.ndarray:
        index, values = drawn.shape[1], self._values
        session, inputs, outputs = self._graphs[index]
        if index:
            values["drawn"] = drawn
        else:
            for name, value in features.items():
                values[name] = value.astype(np.float32, copy=False)
        results = session.run(outputs, {name: values[name] for name in inputs})
        for name, value in zip(outputs, results, strict=True):
            values[name.removesuffix("_out")] = value
        return values.pop("logits")

    def push(self, fields: np.ndarray) -> None:
        self._values["before"] = fields

    def select(self, rows: np.ndarray) -> None:
        self._values = {name: value[rows] for name, value in self._values.items()}


def _session(graph: bytes) -> ort.InferenceSession:
    """Open a graph; from bytes it cannot name other files to read."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
