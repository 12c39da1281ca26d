"""Stepper whose arrays are bound to ONNX Runtime once, in place of being passed at each step.

Passing arrays takes a tenth of the time of a small model's step. A state that grows cannot be
bound: `onnx_model.OnnxStepper` passes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import onnxruntime as ort

from musicgen.encoding.steps import Features

_TYPES = {"tensor(float)": np.float32, "tensor(int32)": np.int32}
_OUT = "_out"


def can_be_bound(sessions: Sequence[ort.InferenceSession]) -> bool:
    """Whether all inputs and outputs have one shape but for the number of pieces."""
    values = [v for session in sessions for v in (*session.get_inputs(), *session.get_outputs())]
    return all(v.type in _TYPES and all(isinstance(n, int) for n in v.shape[1:]) for v in values)


class BoundStepper:
    """State of K pieces in arrays that the graphs read and write in place."""

    def __init__(
        self, sessions: Sequence[ort.InferenceSession], start: Mapping[str, np.ndarray]
    ) -> None:
        """start: the initial state and, as `before`, the step before the first; (K, ...) each."""
        self._sessions, self._states = sessions, set(start) - {"before"}
        self._arrays = dict(start)
        self._bindings: list[ort.IOBinding] = []  # created before the first step

    def logits(self, features: Features, drawn: np.ndarray) -> np.ndarray:
        if not self._bindings:
            self._bind()
        index = drawn.shape[1]
        if index:
            np.copyto(self._drawn[index], drawn)
        else:
            for name, value in features.items():
                if name in self._arrays:  # an input of some graph
                    np.copyto(self._arrays[name], value)
        self._sessions[index].run_with_iobinding(self._bindings[index])
        if not index:
            for state, new in self._carried:
                np.copyto(state, new)
        return self._logits[index].copy()

    def push(self, fields: np.ndarray) -> None:
        np.copyto(self._arrays["before"], fields)

    def select(self, rows: np.ndarray) -> None:
        if self._bindings and len(rows) == len(self._arrays["before"]):
            for value in self._arrays.values():  # in place: the graphs stay bound to them
                np.copyto(value, value[rows])
            return
        self._arrays = {name: value[rows] for name, value in self._arrays.items()}
        self._bindings = []

    def __copy__(self) -> BoundStepper:
        arrays = {name: value.copy() for name, value in self._arrays.items()}
        other = BoundStepper(self._sessions, arrays)
        other._states = self._states  # the arrays are those of features, too
        return other

    def _bind(self) -> None:
        """Bind the graphs to their arrays: outputs of one are inputs of the next."""
        self._arrays = {n: np.ascontiguousarray(value) for n, value in self._arrays.items()}
        self._drawn: list[np.ndarray] = []
        self._logits: list[np.ndarray] = []
        self._carried: list[tuple[np.ndarray, np.ndarray]] = []
        self._bindings = [self._binding_of(session) for session in self._sessions]

    def _binding_of(self, session: ort.InferenceSession) -> ort.IOBinding:
        binding, pieces = session.io_binding(), len(self._arrays["before"])
        drawn = np.zeros((pieces, 0), np.int32)
        for value in session.get_inputs():
            array = np.zeros((pieces, *value.shape[1:]), _TYPES[value.type])
            if value.name == "drawn":
                drawn = array
            else:
                array = self._arrays.setdefault(value.name, array)
            binding.bind_input(value.name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)
        self._drawn.append(drawn)
        for value in session.get_outputs():
            array = np.zeros((pieces, *value.shape[1:]), _TYPES[value.type])
            name = value.name.removesuffix(_OUT)
            if name == "logits":
                self._logits.append(array)
            elif name in self._states:  # an array of its own: the graph still reads the old state
                self._carried.append((self._arrays[name], array))
            else:
                array = self._arrays.setdefault(name, array)
            binding.bind_output(value.name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)
        return binding
