"""Constraint of given steps: they are taken as they are given, in their turn, and nothing overlaps.

A step of the same part that is drawn before given ones ends where they begin.
"""

from __future__ import annotations

import numpy as np

from musicgen.composing.decoding.constraint import Rule, Rules, StepContext
from musicgen.composing.decoding.sampling import FORBIDDEN
from musicgen.encoding.parts.schedule import BatchSchedule
from musicgen.encoding.parts.steps_of_parts import GivenSteps, PartsSteps
from musicgen.encoding.parts.values import AFTER, last_value
from musicgen.encoding.steps import NEVER

FIELDS = ("pitch", "duration", "next", "velocity")


class GivenParts:
    """Leaves one value to draw where the next step is given; comes after all other constraints."""

    def __init__(self, pieces: int, opening: PartsSteps) -> None:
        """opening: steps with the roles and the given steps of the K pieces."""
        parts, grid = len(opening.roles), opening.grid
        given = opening.given or GivenSteps.none(opening.fields.shape[1])
        self._tables = [given.of_parts([part]) for part in range(parts)]
        self._lookup = given.lookup
        self._taken = np.zeros((pieces, parts), np.int64)  # given steps of each part so far
        self._schedule = BatchSchedule(pieces, parts, grid, opening.first)
        self._grid, self._fields = grid, given.fields.shape[1]
        self.was_given = np.zeros(pieces, bool)  # the latest step

    def rules(self) -> Rules:
        return {name: (self._rule(field),) for field, name in enumerate(FIELDS[: self._fields])}

    def push(self, fields: np.ndarray) -> None:
        is_given = self._is_given()
        self._taken[np.arange(len(fields)), self._schedule.part] += is_given
        self.was_given = is_given
        duration, following = fields[:, 1].astype(np.int64), fields[:, 2].astype(np.int64)
        self._schedule.push(duration, following)

    def select(self, rows: np.ndarray) -> None:
        self._taken, self.was_given = self._taken[rows], self.was_given[rows]
        self._schedule.select(rows)

    def _is_given(self) -> np.ndarray:
        """Whether the next step is given: (K,) bool."""
        return self._lookup(self._schedule.part, self._schedule.now)

    def _rule(self, field: int) -> Rule:
        def rule(context: StepContext, logits: np.ndarray) -> np.ndarray:
            is_given = self._is_given()
            if field in (1, 2) and not is_given.all():
                logits = self._within_room(field, context, logits, ~is_given)
            rows = np.flatnonzero(is_given)
            if not len(rows):
                return logits
            part = self._schedule.part[rows]
            steps = zip(part.tolist(), self._taken[rows, part].tolist(), strict=True)
            values = np.array([self._tables[of_part].fields[at, field] for of_part, at in steps])
            logits = logits.copy()
            logits[rows] = FORBIDDEN
            logits[rows, values] = 0.0
            return logits

        return rule

    def _within_room(
        self, field: int, context: StepContext, logits: np.ndarray, free: np.ndarray
    ) -> np.ndarray:
        """Forbid what reaches beyond the part's next given step: (K, V) -> (K, V)."""
        part, taken = self._schedule.part, self._taken
        following = [self._next_onset(p, int(taken[row, p])) for row, p in enumerate(part.tolist())]
        room = (np.array(following) - self._schedule.now)[:, None]  # (K, 1) grid units
        if (room[free] >= NEVER // 2).all():
            return logits
        values = np.arange(logits.shape[1])
        if field == 1:
            beyond = values + 1 > room
        else:
            is_last = values == last_value(self._grid)
            beyond = (values - AFTER > room) | (is_last & (room < NEVER // 2))
        return np.where(beyond & free[:, None], FORBIDDEN, logits)

    def _next_onset(self, part: int, taken: int) -> int:
        """The onset of a part's next given step, NEVER without one: grid units."""
        onsets = self._tables[part].onset
        return int(onsets[taken]) if taken < len(onsets) else NEVER
