"""Schedule of steps: which part each step belongs to, and at which time.

Every part has a cursor, the time of its next step. The next step of a piece is that of the part
with the earliest cursor; of several, of the first in the order of the roles, or of the first of
those whose step is given. Part and time of a step follow from the steps before it, and cost no
bits.
"""

from __future__ import annotations

import heapq

import numpy as np

from musicgen.encoding.grid import Grid
from musicgen.encoding.parts.values import AFTER, AT_END, last_value
from musicgen.encoding.steps import NEVER


def advance(duration: int, following: int, grid: Grid) -> int | None:
    """Grid units until the part's next step, None without one: values of the two fields."""
    if following == AT_END:
        return duration + 1
    return None if following == last_value(grid) else following - AFTER


class OnsetLookup:
    """Whether a part has a step at an onset that comes first there."""

    def __init__(self, part: np.ndarray, onset: np.ndarray) -> None:
        """part, onset: (N,) of the steps, the onsets in grid units."""
        shape = (int(part.max(initial=-1)) + 1, int(onset.max(initial=-1)) + 2)
        self._table = np.zeros((shape[0] + 1, shape[1]), bool)  # the last row and column are False
        self._table[part, onset] = True
        self._last = shape[0], shape[1] - 1

    def __bool__(self) -> bool:
        return self._last[1] > 0

    def __call__(self, part: np.ndarray, onset: np.ndarray) -> np.ndarray:
        """(N,) and (N,), or shapes that broadcast -> bool."""
        row, column = np.minimum(part, self._last[0]), np.minimum(onset, self._last[1])
        return np.asarray(self._table[row, column])

    def rank(self, part: int, onset: int) -> int:
        """0 for a step that comes first, else 1."""
        return int(not self._table[min(part, self._last[0]), min(onset, self._last[1])])


NO_LOOKUP = OnsetLookup(np.zeros(0, np.int64), np.zeros(0, np.int64))


def schedule(
    fields: np.ndarray, parts: int, grid: Grid, first: OnsetLookup = NO_LOOKUP
) -> tuple[np.ndarray, np.ndarray]:
    """Part and onset in grid units of each step: (N, >= 3) -> (N,), (N,) int64.

    first: steps that come first at their onset. Raises ValueError where the parts have no step left
    before the last one of `fields`.
    """
    queue = [(0, first.rank(part, 0), part) for part in range(parts)]
    heapq.heapify(queue)
    of_steps, onsets = np.zeros((2, len(fields)), np.int64)
    for step, (_, duration, following) in enumerate(fields[:, :3].tolist()):
        if not queue:
            raise ValueError(f"all parts have ended before step {step}")
        onset, _, part = queue[0]
        of_steps[step], onsets[step] = part, onset
        units = advance(duration, following, grid)
        if units is None:
            heapq.heappop(queue)
        else:
            onset += units
            heapq.heapreplace(queue, (onset, first.rank(part, onset), part))
    return of_steps, onsets


class BatchSchedule:
    """Part and onset of the next step of K rows with the same number of parts.

    Plain Python numbers: a step of one row takes a third of the time of arrays, one of 16 rows no
    more.
    """

    def __init__(self, rows: int, parts: int, grid: Grid, first: OnsetLookup = NO_LOOKUP) -> None:
        self._grid, self._first = grid, first
        self._cursors = [[0] * parts for _ in range(rows)]  # grid units
        self._find_next()

    def push(self, duration: np.ndarray, following: np.ndarray) -> None:
        """Add a step to each row: values of the fields `duration` and `next`, (K,) each."""
        steps = zip(duration.tolist(), following.tolist(), strict=True)
        places = zip(self.part.tolist(), self.now.tolist(), strict=True)
        for cursors, (part, now), step in zip(self._cursors, places, steps, strict=True):
            units = advance(*step, self._grid)
            cursors[part] = NEVER if units is None else min(now + units, NEVER)
        self._find_next()

    def select(self, rows: np.ndarray) -> None:
        """Continue with these rows; a row may be named twice."""
        self._cursors = [self._cursors[row].copy() for row in rows.tolist()]
        self._find_next()

    def _find_next(self) -> None:
        parts = [self._next_part(cursors) for cursors in self._cursors]
        nows = [cursors[part] for cursors, part in zip(self._cursors, parts, strict=True)]
        self.part = np.array(parts, np.int64)  # (K,)
        # (K,) grid units, NEVER where all parts have ended
        self.now = np.array(nows, np.int64)

    def _next_part(self, cursors: list[int]) -> int:
        """The part with the earliest cursor; of several the first, and given ones before."""
        earliest = min(cursors)
        part = cursors.index(earliest)
        if not self._first or earliest >= NEVER:
            return part
        tied = [other for other, cursor in enumerate(cursors) if cursor == earliest]
        return min(tied, key=lambda other: self._first.rank(other, earliest))
