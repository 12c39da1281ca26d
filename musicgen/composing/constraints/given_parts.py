"""Constraint of given parts: their steps are taken as they are given, in their turn."""

from __future__ import annotations

import numpy as np

from musicgen.composing.decoding.constraint import Rule, Rules, StepContext
from musicgen.composing.decoding.sampling import FORBIDDEN
from musicgen.encoding.grid import Grid
from musicgen.encoding.parts.schedule import BatchSchedule
from musicgen.encoding.parts.steps_of_parts import GivenSteps

FIELDS = ("pitch", "duration", "next", "velocity")


class GivenParts:
    """Leaves one value to draw where the next step is of a given part; comes after all others."""

    def __init__(self, pieces: int, given: GivenSteps, parts: int, grid: Grid) -> None:
        """parts: the number of all parts of the K pieces."""
        self._tables = [given.fields[given.part == part] for part in range(parts)]  # (N, F) each
        self._done = np.zeros((pieces, parts), np.int64)  # steps of each part so far
        self._schedule = BatchSchedule(pieces, parts, grid)
        self._fields = given.fields.shape[1]

    def rules(self) -> Rules:
        return {name: (self._rule(field),) for field, name in enumerate(FIELDS[: self._fields])}

    def push(self, fields: np.ndarray) -> None:
        self._done[np.arange(len(fields)), self._schedule.part] += 1
        duration, following = fields[:, 1].astype(np.int64), fields[:, 2].astype(np.int64)
        self._schedule.push(duration, following)

    def select(self, rows: np.ndarray) -> None:
        self._done = self._done[rows]
        self._schedule.select(rows)

    def _rule(self, field: int) -> Rule:
        def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
            parts = self._schedule.part.tolist()
            rows = [row for row, part in enumerate(parts) if len(self._tables[part])]
            if not rows:
                return logits
            logits = logits.copy()
            for row in rows:
                value = self._tables[parts[row]][self._done[row, parts[row]], field]
                logits[row] = FORBIDDEN
                logits[row, value] = 0.0
            return logits

        return rule
