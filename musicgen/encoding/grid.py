"""The grids of `events`: their units of time, their keys, their longest durations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, TypeAlias

from musicgen.metres import TICKS_PER_QUARTER
from musicgen.score import Score

ClockName: TypeAlias = Literal["beats", "seconds"]


@dataclass(frozen=True)
class Grid:
    """A unit of time, and how many of them a duration or an onset shift has at most."""

    name: ClockName
    ticks: int  # of a unit
    per_quarter: int  # units
    max_units: int

    @property
    def resolution(self) -> int:
        """Ticks per quarter of the scores on this grid."""
        return self.ticks * self.per_quarter

    @property
    def has_bars(self) -> bool:
        return self.name == "beats"

    @property
    def max_age(self) -> int:
        """Largest age of a key in units, also of keys that have not been struck."""
        return 2 * self.max_units

    def time_text(self, units: int) -> str:
        """Units in quarters or in seconds: 42 units of beats are `3 1/2`."""
        if not self.has_bars:
            return f"{units / 100:g} s"
        whole, rest = divmod(Fraction(units, self.per_quarter), 1)
        return " ".join(str(part) for part in (whole, rest) if part) or "0"

    def on_clock(self, score: Score) -> Score:
        """The score on the clock of this grid.

        In seconds a tick is 10 ms, whatever beats the score has; in beats, whatever tempo.
        """
        if score.is_performance == self.has_bars:
            score = replace(score, is_performance=not self.has_bars)
        return score.on_grid()

    def place(self, score: Score) -> Score:
        """The score on the clock of this grid, without drums."""
        return self.on_clock(score).pitched


GRID_PER_QUARTER = 12  # 16ths and triplets are exact
GRID_TICKS = TICKS_PER_QUARTER // GRID_PER_QUARTER  # ticks of a grid unit
MAX_GRID_UNITS = 16 * GRID_PER_QUARTER  # of a duration or an onset shift

BEATS = Grid("beats", GRID_TICKS, GRID_PER_QUARTER, MAX_GRID_UNITS)
# A unit is 10 ms: a quarter at 120 has 50 of them. Six seconds at most.
SECONDS = Grid("seconds", 1, 50, 600)
GRIDS: Mapping[str, Grid] = {grid.name: grid for grid in (BEATS, SECONDS)}

LOWEST_KEY, HIGHEST_KEY = 21, 108  # A0 and C8, a piano's
KEYS = HIGHEST_KEY - LOWEST_KEY + 1

assert GRID_TICKS * GRID_PER_QUARTER == TICKS_PER_QUARTER


def grid_of(score: Score) -> Grid:
    """The grid of a score's own kind of time."""
    return SECONDS if score.is_performance else BEATS
