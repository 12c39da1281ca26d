"""Bias against parallel fifths and octaves between the parts of a model of `parts`.

Without it 9% of the changes in chorales have them, in Bach's 1% (`python -m benchmarks.constraints
chorales`). A pitch with which a part would move in parallel with another part that has moved at
this onset gets a lower logit.
"""

from __future__ import annotations

import numpy as np

from musicgen.composing.constraints.counterpoint import PARALLEL_BIAS
from musicgen.composing.decoding.constraint import Rules, StepContext
from musicgen.encoding.grid import KEYS, Grid
from musicgen.encoding.parts.roles import Role
from musicgen.encoding.parts.schedule import NO_LOOKUP, BatchSchedule, OnsetLookup
from musicgen.encoding.parts.values import NO_PITCH, REST
from musicgen.theory.voice_leading import PERFECT


class PartCounterpoint:
    """Constraint for K pieces of `parts`."""

    def __init__(
        self,
        pieces: int,
        strength: float,
        roles: tuple[Role, ...],
        grid: Grid,
        first: OnsetLookup = NO_LOOKUP,
    ) -> None:
        self._bias = PARALLEL_BIAS * strength
        self._melodic = np.array([not (role.is_drum or role.has_chords) for role in roles], bool)
        self._schedule = BatchSchedule(pieces, len(roles), grid, first)
        shape = (pieces, len(roles))
        self._pitches = np.full((*shape, 2), NO_PITCH)  # the latest and the one before it
        self._onsets = np.full(shape, -1, np.int64)  # of the latest

    def rules(self) -> Rules:
        return {"pitch": (self._bias_parallels,)}

    def push(self, fields: np.ndarray) -> None:
        schedule, rows = self._schedule, np.arange(len(fields))
        part = schedule.part
        self._pitches[rows, part, 1] = self._pitches[rows, part, 0]
        self._pitches[rows, part, 0] = fields[:, 0]
        self._onsets[rows, part] = schedule.now
        schedule.push(fields[:, 1].astype(np.int64), fields[:, 2].astype(np.int64))

    def select(self, rows: np.ndarray) -> None:
        self._pitches, self._onsets = self._pitches[rows], self._onsets[rows]
        self._schedule.select(rows)

    def _bias_parallels(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        part, rows = self._schedule.part, np.arange(len(logits))
        own = self._pitches[rows, part, 0][:, None]  # (K, 1)
        now, before = self._pitches[..., 0], self._pitches[..., 1]  # (K, P)
        moves = (self._onsets == context.now[:, None]) & (now != before) & self._melodic
        moves &= (now < REST) & (before < REST) & (own < REST) & self._melodic[part][:, None]
        moves[rows, part] = False
        interval = (own - before) % 12
        moves &= np.isin(interval, list(PERFECT))
        if not moves.any():
            return logits
        keys = np.arange(KEYS)
        same = (keys - now[..., None] - interval[..., None]) % 12 == 0  # (K, P, KEYS)
        parallel = (same & moves[..., None]).any(axis=1) & (keys != own)
        logits = logits.copy()
        logits[:, :KEYS] -= np.where(parallel, self._bias, 0).astype(logits.dtype)
        return logits
