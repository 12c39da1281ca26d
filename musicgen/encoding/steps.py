"""Steps, fields, and the interface of an encoding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from musicgen.encoding.grid import Grid
from musicgen.metres import COMMON_TIME, Metre
from musicgen.score import Score

NEVER = 2**40  # grid units, the onset of a step that does not come
Features: TypeAlias = dict[str, np.ndarray]  # by name: (T, width) of a piece, (K, width) of rows


@dataclass(frozen=True)
class Field:
    """One value of a step, from 0 to size - 1.

    The value `size` is not in data: models embed it as "before the first step".
    """

    name: str
    size: int


@dataclass(frozen=True, eq=False)
class Steps:
    """An encoded piece: the fields of its steps, its tempo and metres."""

    fields: np.ndarray  # (N, F) int32
    tempo: float = 120.0  # quarters a minute
    metres: tuple[Metre, ...] = (COMMON_TIME,)
    name: str = ""

    def __len__(self) -> int:
        return len(self.fields)


class Tracker(Protocol):
    """Features of K rows of a batch, updated step by step."""

    @property
    def now(self) -> np.ndarray:
        """Grid units, the earliest onset that the next step can have: (K,).

        NEVER where a row has no further step.
        """

    def features(self) -> Features:
        """Features before the next step: arrays (K, width) by name."""

    def push(self, fields: np.ndarray) -> None:
        """Add a step to each row: (K, F)."""

    def select(self, rows: np.ndarray) -> None:
        """Continue with these rows; a row may be named twice."""


class Encoding(Protocol):
    """Scores to steps and back.

    Features follow from earlier steps: a model reads them, and they cost no bits.
    """

    name: str

    @property
    def grid(self) -> Grid:
        """The unit of time, and whether it is of beats or of seconds."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of a step, in the order in which they are drawn."""

    @property
    def feature_widths(self) -> Mapping[str, int]:
        """Width of each feature by name."""

    def encode(self, score: Score) -> Steps:
        """The steps of a score; none for an empty one."""

    def decode(self, steps: Steps) -> Score:
        """The score of steps."""

    def canonical(self, score: Score) -> Score:
        """The score without what the encoding drops: decode(encode(score))."""

    def features(self, steps: Steps, start: int = 0, stop: int | None = None) -> Features:
        """Features before each step from start to stop: arrays (T, width) by name."""

    def tracker(self, rows: int, piece: Steps, bars: int) -> Tracker:
        """`features` step by step, for rows that begin anew with all but the steps of a piece.

        bars: number of bars of each row; 0 hides it from the model.
        """

    def transposed(self, steps: Steps, semitones: int) -> Steps:
        """The steps of the transposed music; the same steps if the encoding cannot transpose."""

    def transposition_range(self, steps: Steps) -> tuple[int, int]:
        """How far the steps can be transposed down (<= 0) and up (>= 0), in semitones."""

    def tokens(self, steps: Steps) -> list[str]:
        """A text for each step, for statistics and tables."""

    def to_json(self) -> dict[str, object]:
        """The encoding as JSON, which `encoding_from_json` reads."""
