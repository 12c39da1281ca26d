"""Interface of a model for sampling and for scoring."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Protocol

import numpy as np

from musicgen.encoding.steps import Encoding, Features


class Stepper(Protocol):
    """State of a model over K rows of a batch that take their steps together."""

    def logits(self, features: Features, drawn: np.ndarray) -> np.ndarray:
        """Logits of the next field, (K, V), given those of this step so far: (K, i) int32.

        The features are read with the first field of a step and count for all its fields. They
        may hold more than the model reads.
        """

    def push(self, fields: np.ndarray) -> None:
        """Add a finished step to each row: (K, F) int32."""

    def select(self, rows: np.ndarray) -> None:
        """Continue with these rows in arrays of their own; a row may be named twice."""


def branch(stepper: Stepper, rows: np.ndarray) -> Stepper:
    """Copy these rows, to continue from here independently of the stepper."""
    other = copy(stepper)
    other.select(rows)
    return other


class Critic(Protocol):
    """How likely it is that people wrote a piece so far.

    The logits of its steppers, (K, 1), are log ratios of the density of people's pieces to that of
    the model's, of the steps before.
    """

    @property
    def temperature(self) -> float:
        """The temperature of the pieces that it was trained on."""

    @property
    def exponent(self) -> float:
        """That of its ratios where they are weights of particles."""

    def start(self, rows: int) -> Stepper:
        """The state of rows before their first step."""


class Model(Protocol):
    """A distribution over pieces that can be sampled and scored step by step."""

    @property
    def encoding(self) -> Encoding: ...

    @property
    def warmup_windows(self) -> Sequence[np.ndarray]:
        """Steps (N, F) to start from without a prompt; empty if the model needs none."""

    @property
    def critic(self) -> Critic | None:
        """What weighs the pieces of this model; None where there is none."""

    def start(self, rows: int) -> Stepper:
        """The state of rows before their first step."""
