"""Positions of bars and of grid steps within their bars."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from functools import lru_cache

import numpy as np

from musicgen.encoding.grid import GRID_TICKS
from musicgen.metres import TICKS_PER_QUARTER, Metre, bar_positions
from musicgen.score import Score
from musicgen.score_fields import MAX_TICK


@lru_cache(maxsize=1024)
def bar_start(metres: tuple[Metre, ...], bar: int, resolution: int = TICKS_PER_QUARTER) -> int:
    """Return the tick at which a bar begins; bars count from 0, an upbeat included.

    A performance has none: at its resolution (50) and its metre (4/4) they are spans of 2 seconds.
    """
    return bisect_left(
        range(MAX_TICK), bar, key=lambda tick: int(bar_positions(metres, [tick], resolution)[0][0])
    )


def without_empty_start(score: Score) -> Score:
    """The score from the bar of its first note on, which becomes the first bar.

    The bars of a beginning that is left out would count as silence.
    """
    if not len(score):
        return score
    lines = score.bar_lines()
    offset = int(lines[lines <= score.notes["start"][0]][-1])
    if not offset:
        return score
    notes = score.notes.copy()
    notes["start"] -= offset
    metres, tempi = score.metres, score.tempo_changes
    before = [change.tempo for change in tempi if change.start <= offset]
    [metre] = [metre for metre in metres if metre.start <= offset][-1:]
    return Score(
        notes,
        before[-1] if before else score.tempo,
        (
            replace(metre, start=0),
            *(replace(m, start=m.start - offset) for m in metres if m.start > offset),
        ),
        parts=score.parts,
        tempo_changes=tuple(replace(c, start=c.start - offset) for c in tempi if c.start > offset),
        resolution=score.resolution,
        is_performance=score.is_performance,
    )


class GridPositions:
    """Position in its bar of every grid step, in grid steps; computed on demand."""

    def __init__(self, metres: tuple[Metre, ...]) -> None:
        self._metres = metres
        self._positions = np.zeros(0, np.int64)

    def __getitem__(self, steps: np.ndarray) -> np.ndarray:
        latest = int(steps.max())
        if latest >= len(self._positions):
            ticks = np.arange(2 * (latest + 1)) * GRID_TICKS
            self._positions = bar_positions(self._metres, ticks)[1] // GRID_TICKS
        return self._positions[steps]
