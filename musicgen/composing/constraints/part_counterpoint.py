"""Bias against parallel fifths and octaves between the parts of a model of `parts`.

A pitch with which a part would move in parallel with another part gets a lower logit: from note to
note at one onset and, on a beat, from what both sounded at the beat before. What this rule is
needed for: `python -m benchmarks.constraints chorales`, and the rows of parallels in
docs/numbers.md.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from musicgen.composing.bars import GridPositions
from musicgen.composing.decoding.constraint import Rules, StepContext
from musicgen.encoding.grid import KEYS
from musicgen.encoding.parts.schedule import BatchSchedule
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from musicgen.encoding.parts.values import NO_PITCH, REST
from musicgen.theory.harmony.beats import beat_length
from musicgen.theory.voice_leading import PERFECT

PARALLEL_BIAS = 2.0  # nats, at strength 1
# Around given parts, where the likeliest of several pieces go on: 0.03 of the changes are then
# parallels as in Bach's, twice as many at the strength of other pieces.
AROUND_GIVEN = 4.5
HISTORY = 8  # notes of each part, among which is that of the beat before
EARLIER = -(2**30)  # grid units

# Whether each key is of a pitch class: (12, KEYS).
_OF_CLASS = (np.arange(KEYS) - np.arange(12)[:, None]) % 12 == 0


class _Note(NamedTuple):
    """A note or rest of a part; times in grid units."""

    pitch: int
    onset: int
    end: int


_NO_NOTE = _Note(NO_PITCH, EARLIER, EARLIER)
_History: TypeAlias = deque[_Note]  # of one part, the latest first


class PartCounterpoint:
    """Constraint for K pieces of `parts`."""

    def __init__(self, pieces: int, strength: float, opening: PartsSteps) -> None:
        """opening: steps with the roles and metres of the pieces."""
        roles, grid = opening.roles, opening.grid
        self._bias = PARALLEL_BIAS * strength * (AROUND_GIVEN if opening.given else 1.0)
        self._is_melodic = [not (role.is_drum or role.has_chords) for role in roles]
        self._schedule = BatchSchedule(pieces, len(roles), grid, opening.first)
        self._positions = GridPositions(opening.metres)
        self._beat = max(1, beat_length(opening.metres[-1], grid.resolution) // grid.ticks)
        self._histories: list[list[_History]] = [
            [deque([_NO_NOTE] * HISTORY, HISTORY) for _ in roles] for _ in range(pieces)
        ]

    def rules(self) -> Rules:
        return {"pitch": (self._bias_parallels,)}

    def push(self, fields: np.ndarray) -> None:
        schedule, steps = self._schedule, fields[:, :2].tolist()
        places = zip(schedule.part.tolist(), schedule.now.tolist(), strict=True)
        for histories, (part, now), step in zip(self._histories, places, steps, strict=True):
            pitch, duration = step
            histories[part].appendleft(_Note(pitch, now, now + duration + 1))
        schedule.push(fields[:, 1], fields[:, 2])

    def select(self, rows: np.ndarray) -> None:
        chosen = [self._histories[row] for row in rows.tolist()]
        self._histories = [[history.copy() for history in histories] for histories in chosen]
        self._schedule.select(rows)

    def _bias_parallels(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        on_beat = self._positions[context.now] % self._beat == 0
        columns = (self._schedule.part, context.now, on_beat)
        biased = logits
        for row, place in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
            parallels = self._parallels(self._histories[row], *place)
            if not parallels:
                continue
            if biased is logits:
                biased = logits.copy()
            keys = np.zeros(KEYS, bool)
            for leaves, pitch_class in parallels:
                keys |= _OF_CLASS[pitch_class] & (np.arange(KEYS) != leaves)
            biased[row, :KEYS] -= np.where(keys, self._bias, 0).astype(logits.dtype)
        return biased

    def _parallels(
        self, histories: Sequence[_History], part: int, now: int, on_beat: bool
    ) -> list[tuple[int, int]]:
        """Keys that a part leaves, and classes of keys to which it would move in parallel."""
        if not self._is_melodic[part]:
            return []
        own = histories[part]
        others = [
            history
            for other, history in enumerate(histories)
            if other != part and self._is_melodic[other] and history[0].pitch < REST
        ]
        # What the part and another one leave, and where the other one goes.
        moves = [(own[0].pitch, o[1].pitch, o[0].pitch) for o in others if o[0].onset == now]
        if on_beat:
            then = now - self._beat
            leaves = _pitch_at(own, then)
            held = [history for history in others if history[0].end > now]
            moves += [(leaves, _pitch_at(history, then), history[0].pitch) for history in held]
        return [
            (leaves, (goes + leaves - left) % 12)
            for leaves, left, goes in moves
            if max(leaves, left) < REST and goes != left and (leaves - left) % 12 in PERFECT
        ]


def _pitch_at(history: _History, time: int) -> int:
    """The pitch of a part at a time in grid units, REST where nothing sounds."""
    return next((note.pitch for note in history if note.onset <= time < note.end), REST)
