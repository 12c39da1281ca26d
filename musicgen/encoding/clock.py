"""Clock: place in the bar, length of the bar, and bars left at grid units."""

from __future__ import annotations

import numpy as np

from musicgen.encoding.grid import GRID_TICKS, Grid
from musicgen.metres import Metre, bar_positions

MAX_BARS_LEFT = 16


def clock(onsets: np.ndarray, metres: tuple[Metre, ...], bars: int, grid: Grid) -> np.ndarray:
    """Place in the bar, length of the bar, and bars left, 0 if `bars` is: (N,) -> (N, 3).

    Bars left are 1 in the last bar. All three are 0 on a grid of seconds, which has no bars.
    """
    if not grid.has_bars:
        return np.zeros((len(onsets), 3), np.int16)
    bar, place, length = bar_positions(metres, onsets * GRID_TICKS)
    left = (bars - bar).clip(1, MAX_BARS_LEFT) if bars else np.zeros_like(bar)
    return np.stack([place // GRID_TICKS, length // GRID_TICKS, left], axis=1).astype(np.int16)


class ClockTable:
    """The clock of every grid unit, computed up to twice the latest one asked for."""

    def __init__(self, metres: tuple[Metre, ...], bars: int, grid: Grid) -> None:
        self._metres, self._bars, self._grid = metres, bars, grid
        self._table = np.zeros((0, 3), np.float32)

    def __getitem__(self, units: np.ndarray) -> np.ndarray:
        """(K,) -> (K, 3)."""
        latest = int(units.max())
        if latest >= len(self._table):
            table = clock(np.arange(2 * latest + 1024), self._metres, self._bars, self._grid)
            self._table = table.astype(np.float32)
        return self._table[units]
