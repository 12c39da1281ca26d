"""Bias against parallel fifths and octaves between the parts of a model of `parts`.

A pitch with which a part would move in parallel with another part gets a lower logit: from note to
note at one onset and, on a beat, from what both sounded at the beat before. What this rule is
needed for: `python -m benchmarks.constraints chorales`, and the rows of parallels in
docs/numbers.md.
"""

from __future__ import annotations

import numpy as np

from musicgen.composing.bars import GridPositions
from musicgen.composing.decoding.constraint import Rules, StepContext
from musicgen.encoding.grid import KEYS
from musicgen.encoding.parts.schedule import BatchSchedule
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from musicgen.encoding.parts.values import NO_PITCH, REST
from musicgen.theory.harmony.beats import beat_length
from musicgen.theory.voice_leading import PERFECT

PARALLEL_BIAS = 8.0  # nats, at strength 1
HISTORY = 8  # notes of each part, among which is that of the beat before
EARLIER = -(2**30)  # grid units


class PartCounterpoint:
    """Constraint for K pieces of `parts`."""

    def __init__(self, pieces: int, strength: float, opening: PartsSteps) -> None:
        """opening: steps with the roles and metres of the pieces."""
        roles, grid = opening.roles, opening.grid
        self._bias = PARALLEL_BIAS * strength
        self._melodic = np.array([not (role.is_drum or role.has_chords) for role in roles], bool)
        self._schedule = BatchSchedule(pieces, len(roles), grid, opening.first)
        self._positions = GridPositions(opening.metres)
        self._beat = max(1, beat_length(opening.metres[-1], grid.resolution) // grid.ticks)
        shape = (pieces, len(roles), HISTORY)  # the latest first
        self._pitches = np.full(shape, NO_PITCH)
        self._onsets, self._ends = np.full((2, *shape), EARLIER, np.int64)

    def rules(self) -> Rules:
        return {"pitch": (self._bias_parallels,)}

    def push(self, fields: np.ndarray) -> None:
        schedule, rows = self._schedule, np.arange(len(fields))
        part, duration = schedule.part, fields[:, 1].astype(np.int64)
        latest = (fields[:, 0], schedule.now, schedule.now + duration + 1)
        for table, values in zip(self._tables, latest, strict=True):
            table[rows, part, 1:] = table[rows, part, :-1]
            table[rows, part, 0] = values
        schedule.push(duration, fields[:, 2].astype(np.int64))

    def select(self, rows: np.ndarray) -> None:
        self._pitches, self._onsets, self._ends = (table[rows] for table in self._tables)
        self._schedule.select(rows)

    @property
    def _tables(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self._pitches, self._onsets, self._ends

    def _bias_parallels(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        now, part = context.now[:, None], self._schedule.part
        struck = self._onsets[..., 0] == now  # (K, P)
        parallel = self._parallel(part, self._pitches[..., 0, None], self._pitches[..., 1], struck)
        on_beat = self._positions[context.now] % self._beat == 0
        if on_beat.any():
            then, sounding = self._sounding_at(now - self._beat), self._ends[..., 0] > now
            parallel |= self._parallel(part, then[..., None], then, sounding) & on_beat[:, None]
        if not parallel.any():
            return logits
        logits = logits.copy()
        logits[:, :KEYS] -= np.where(parallel, self._bias, 0).astype(logits.dtype)
        return logits

    def _sounding_at(self, time: np.ndarray) -> np.ndarray:
        """What each part sounds at a time, REST where nothing: (K, 1) grid units -> (K, P)."""
        sounds = (self._onsets <= time[..., None]) & (self._ends > time[..., None])
        at = sounds.argmax(axis=-1)[..., None]
        pitches = np.take_along_axis(self._pitches, at, axis=-1)[..., 0]
        return np.where(sounds.any(axis=-1), pitches, REST)

    def _parallel(
        self, part: np.ndarray, own: np.ndarray, before: np.ndarray, decided: np.ndarray
    ) -> np.ndarray:
        """Keys to which a part would move in parallel with another one: (K, KEYS) bool.

        part: (K,) those that are drawn. own: (K, P, 1) what each part leaves if it is drawn.
        before: (K, P) what the others leave. decided: (K, P) whose latest note is where they go.
        """
        rows, now = np.arange(len(part)), self._pitches[..., 0]
        leaves = own[rows, part]  # (K, 1)
        moves = decided & (now != before) & self._melodic & self._melodic[part][:, None]
        moves &= (now < REST) & (before < REST) & (leaves < REST)
        moves[rows, part] = False
        interval = (leaves - before) % 12
        moves &= np.isin(interval, list(PERFECT))
        keys = np.arange(KEYS)
        if not moves.any():
            return np.zeros((len(part), KEYS), bool)
        same = (keys - now[..., None] - interval[..., None]) % 12 == 0  # (K, P, KEYS)
        return np.asarray((same & moves[..., None]).any(axis=1) & (keys != leaves))
