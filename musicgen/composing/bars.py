"""Where bars begin."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache

import numpy as np

from musicgen.encoding.grid import GRID_TICKS
from musicgen.score import MAX_TICK, Metre, bar_positions


@lru_cache(maxsize=1024)
def bar_start(metres: tuple[Metre, ...], bar: int) -> int:
    """The tick at which a bar (from 0, the pickup included) begins."""
    return bisect_left(
        range(MAX_TICK), bar, key=lambda tick: int(bar_positions(metres, [tick])[0][0])
    )


class BarPlaces:
    """The place in its bar of every grid step, computed as far as it is asked for."""

    def __init__(self, metres: tuple[Metre, ...]) -> None:
        self._metres = metres
        self._places = np.zeros(0, np.int64)

    def __getitem__(self, steps: np.ndarray) -> np.ndarray:
        most = int(steps.max())
        if most >= len(self._places):
            ticks = np.arange(2 * (most + 1)) * GRID_TICKS
            self._places = bar_positions(self._metres, ticks)[1] // GRID_TICKS
        return self._places[steps]
