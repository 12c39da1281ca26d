"""Constraint of given parts: their steps are taken as they are given, in their turn."""

from __future__ import annotations

import numpy as np

from musicgen.composing.decoding.constraint import Rule, Rules, StepContext
from musicgen.composing.decoding.sampling import FORBIDDEN, log_likelihood
from musicgen.encoding.grid import Grid
from musicgen.encoding.parts.schedule import BatchSchedule
from musicgen.encoding.parts.steps_of_parts import GivenSteps

LEAST_NATS = -12.0  # of a value that the rules forbid
FIELDS = ("pitch", "duration", "next", "velocity")


class GivenParts:
    """Leaves one value to draw where the next step is of a given part; comes after all others."""

    def __init__(self, pieces: int, given: GivenSteps, parts: int, grid: Grid) -> None:
        """parts: the number of all parts of the K pieces."""
        self._tables = [given.fields[given.part == part] for part in range(parts)]  # (N, F) each
        self._is_given = np.array([len(table) > 0 for table in self._tables])  # (parts,)
        self._done = np.zeros((pieces, parts), np.int64)  # steps of each part so far
        self._schedule = BatchSchedule(pieces, parts, grid)
        self._fields = given.fields.shape[1]
        self.forget()

    def forget(self) -> None:
        """Count the given steps, and how likely they were, from here on."""
        pieces = len(self._done)
        self.taken = np.zeros(pieces, np.int64)  # given steps
        self.log_likelihood = np.zeros(pieces)  # natural, of their values

    def rules(self) -> Rules:
        return {name: (self._rule(field),) for field, name in enumerate(FIELDS[: self._fields])}

    def push(self, fields: np.ndarray) -> None:
        part = self._schedule.part
        self._done[np.arange(len(fields)), part] += 1
        self.taken += self._is_given[part]
        duration, following = fields[:, 1].astype(np.int64), fields[:, 2].astype(np.int64)
        self._schedule.push(duration, following)

    def select(self, rows: np.ndarray) -> None:
        self._done, self.taken = self._done[rows], self.taken[rows]
        self.log_likelihood = self.log_likelihood[rows]
        self._schedule.select(rows)

    def _rule(self, field: int) -> Rule:
        def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
            part = self._schedule.part
            rows = np.flatnonzero(self._is_given[part])
            if not len(rows):
                return logits
            done = zip(part[rows].tolist(), self._done[rows, part[rows]].tolist(), strict=True)
            values = np.array([self._tables[of_part][step, field] for of_part, step in done])
            nats = log_likelihood(logits[rows], values)
            self.log_likelihood[rows] += np.maximum(nats, LEAST_NATS)
            logits = logits.copy()
            logits[rows] = FORBIDDEN
            logits[rows, values] = 0.0
            return logits

        return rule
