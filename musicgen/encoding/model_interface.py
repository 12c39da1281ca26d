"""A model as those see it who draw pieces from it or judge it, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Protocol

import numpy as np

from musicgen.encoding.steps import Encoding, Features


class Stepper(Protocol):
    """K pieces that are stepped together: the model as the composer sees it."""

    def logits(self, features: Features, drawn: np.ndarray) -> np.ndarray:
        """Of the next field, (K, V), given the fields (K, i) int32 of this step drawn so far.

        What is heard (`derived`) counts for the whole step and is taken with its first field.
        """

    def push(self, fields: np.ndarray) -> None:
        """Take the finished step of each piece: (K, F) int32."""

    def select(self, rows: np.ndarray) -> None:
        """Go on with these pieces alone, each as often as it is named, in arrays of their own."""


def branch(stepper: Stepper, rows: np.ndarray) -> Stepper:
    """These pieces once more, to go on from here apart from the stepper's own."""
    other = copy(stepper)
    other.select(rows)
    return other


class Model(Protocol):
    """Anything that pieces can be drawn from, step by step."""

    @property
    def encoding(self) -> Encoding: ...

    @property
    def warmup_windows(self) -> Sequence[np.ndarray]:
        """Steps (N, F) to begin from where there is no primer; none for most models."""

    def start(self, pieces: int) -> Stepper:
        """Pieces before their first step."""
