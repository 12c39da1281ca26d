"""Metres, and the positions of ticks in the bars of a piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from musicgen.errors import InvalidSetting
from musicgen.score_fields import MAX_TICK

TICKS_PER_QUARTER = 24  # of the grid of analysis and encodings: 16ths, triplets, 32nds are exact


@dataclass(frozen=True)
class Metre:
    """A time signature and its start."""

    start: int  # ticks
    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if not 1 <= self.numerator <= 64 or self.denominator not in (1, 2, 4, 8, 16, 32):
            raise InvalidSetting(f"{self.numerator}/{self.denominator} is not a metre")
        if not 0 <= self.start <= MAX_TICK:
            raise ValueError(f"a metre cannot begin at tick {self.start}")

    @property
    def ticks_per_bar(self) -> int:
        """Length of a bar in ticks of the grid."""
        return self.bar_ticks(TICKS_PER_QUARTER)

    def bar_ticks(self, resolution: int) -> int:
        """Length of a bar in ticks of a resolution."""
        return max(1, 4 * resolution * self.numerator // self.denominator)

    def at(self, start: int) -> Metre:
        """The same metre at another tick."""
        return Metre(start, self.numerator, self.denominator)

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


COMMON_TIME = Metre(0, 4, 4)


def bar_positions(
    metres: tuple[Metre, ...],
    ticks: Sequence[int] | np.ndarray,
    resolution: int = TICKS_PER_QUARTER,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bar index from 0, position in the bar and length of the bar of each tick: 3 x (N,)."""
    ticks = np.asarray(ticks, dtype=np.int64)  # (N,)
    table = metre_table(metres, resolution)  # (M, 4) start, ticks per bar, first bar, offset
    row = table[np.searchsorted(table[:, 0], ticks, side="right") - 1]  # (N, 4)
    since = ticks - row[:, 0]
    return row[:, 2] + since // row[:, 1], since % row[:, 1] + row[:, 3], row[:, 1] + row[:, 3]


def metres_that_change(metres: Sequence[Metre], resolution: int) -> list[Metre]:
    """The metres without those that go on with the bars of the one before."""
    changes: list[Metre] = []
    for metre in metres:
        if changes:
            last = changes[-1]
            is_same = str(metre) == str(last)
            if is_same and (metre.start - last.start) % last.bar_ticks(resolution) == 0:
                continue
        changes.append(metre)
    return changes


def first_bar_number(metres: tuple[Metre, ...], resolution: int = TICKS_PER_QUARTER) -> int:
    """Printed number of the first bar: 0 if it is a pickup, else 1."""
    return 0 if bar_positions(metres, [0], resolution)[1][0] else 1


@lru_cache(maxsize=4096)
def metre_table(metres: tuple[Metre, ...], resolution: int) -> np.ndarray:
    """Start, ticks per bar, index of the first bar and pickup offset of each metre: (M, 4)."""
    rows, bar = [], 0
    for metre, next_metre in zip(metres, [*metres[1:], None], strict=True):
        length, offset = metre.bar_ticks(resolution), 0
        if next_metre is not None:
            duration = next_metre.start - metre.start
            if metre.start == 0 and duration <= length < next_metre.bar_ticks(resolution):
                offset = next_metre.bar_ticks(resolution) - length
        rows.append((metre.start, length, bar, offset))
        if next_metre is not None:
            bar += -(-duration // length)
    return np.array(rows, dtype=np.int64)
