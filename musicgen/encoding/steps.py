"""What an encoding is: steps of fields, each field with a vocabulary of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from musicgen.score import COMMON_TIME, Metre, Score

Features = dict[str, np.ndarray]


@dataclass(frozen=True)
class Field:
    """One drawn part of a step: a number from 0 to size - 1.

    The number `size` itself never stands in data: models embed it as "before the beginning".
    """

    name: str
    size: int


@dataclass(frozen=True, eq=False)
class Steps:
    """An encoded piece: what is drawn at each step, and what the file says of its time."""

    fields: np.ndarray  # (N, F) int32
    tempo: float = 120.0  # quarters a minute
    metres: tuple[Metre, ...] = (COMMON_TIME,)
    name: str = ""

    def __len__(self) -> int:
        return len(self.fields)


class Tracker(Protocol):
    """Keeps the derived inputs of K pieces while their steps are drawn one by one."""

    def features(self) -> Features:
        """What is known before the next step: arrays (K, ...) by name."""

    def push(self, fields: np.ndarray) -> None:
        """Take the next step of each piece: (K, F)."""

    def select(self, rows: np.ndarray) -> None:
        """Go on with these pieces alone, each as often as it is named."""


class Encoding(Protocol):
    """Scores to steps and back. Derived inputs cost no bits: they follow from earlier steps."""

    name: str

    @property
    def fields(self) -> tuple[Field, ...]: ...

    @property
    def feature_widths(self) -> Mapping[str, int]:
        """Width of each derived input by name."""

    def encode(self, score: Score) -> Steps:
        """The score as steps; empty where the score is."""

    def decode(self, steps: Steps) -> Score:
        """The steps as a score."""

    def canonical(self, score: Score) -> Score:
        """The score as this encoding keeps it: decode(encode(score)) == canonical(score)."""

    def features(self, steps: Steps, start: int = 0, stop: int | None = None) -> Features:
        """Derived inputs before each step from start to stop: arrays (T, width) by name."""

    def tracker(self, pieces: int, metres: tuple[Metre, ...], bars: int) -> Tracker:
        """The same as derive, step by step, for pieces of the same metres and bars."""

    def transposed(self, steps: Steps, semitones: int) -> Steps:
        """The steps of the transposed music; the same steps where that cannot be said."""

    def transposition_range(self, steps: Steps) -> tuple[int, int]:
        """By how many semitones the steps can be transposed down (<= 0) and up (>= 0)."""

    def tokens(self, steps: Steps) -> list[str]:
        """Each step in words, for statistics and tables."""

    def to_json(self) -> dict[str, object]: ...
