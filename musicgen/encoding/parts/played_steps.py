"""Steps of a piece by part, onset and place in the chord."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from musicgen.encoding.grid import Grid
from musicgen.encoding.parts.values import NO_PITCH, no_step

ANSWER_WIDTH = 4  # pitch, duration and `next` of a step, and the pitch of the part's step before it
# What the parts of T steps played at L other onsets each: (T, L) -> (T, L, ANSWER_WIDTH).
Played: TypeAlias = Callable[[np.ndarray], np.ndarray]
_CHORD_BITS, _PART_BITS = 7, 4


def played_at(
    fields: np.ndarray,
    part: np.ndarray,
    onset: np.ndarray,
    previous: np.ndarray,
    wanted: np.ndarray,
    grid: Grid,
) -> np.ndarray:
    """What the part of each of the last T steps played at other onsets: (T, L) -> (T, L, 4).

    fields, part, onset: of all steps, (N, F), (N,), (N,). previous: the part's step before each,
    -1 for none. wanted: onsets, negative for none; the step is at the same place of its chord.
    Without one: the values of no step.
    """
    if not len(fields):
        return np.zeros((*wanted.shape, ANSWER_WIDTH), np.int16)
    places, first = chord_places(part, onset), len(fields) - len(wanted)
    keys = _keys(part, onset, places)
    of_wanted = _keys(part[first:, None], wanted.clip(0), places[first:, None])
    order = np.argsort(keys)
    at = order[np.searchsorted(keys[order], of_wanted).clip(max=len(keys) - 1)]
    pitch_before = np.where(previous >= 0, fields[previous, 0], NO_PITCH)
    answers = np.concatenate([fields[at, :3], pitch_before[at, None]], axis=-1)
    has_answer = (wanted >= 0) & (keys[at] == of_wanted)
    return np.where(has_answer[..., None], answers, nothing_played(grid)).astype(np.int16)


class PlayedSteps:
    """`played_at` for K rows that grow step by step."""

    def __init__(self, rows: int, grid: Grid) -> None:
        self._nothing = nothing_played(grid)
        self._played: list[dict[tuple[int, int, int], tuple[int, ...]]] = [{} for _ in range(rows)]

    def at(self, part: np.ndarray, onsets: np.ndarray, in_chord: np.ndarray) -> np.ndarray:
        """What the parts of the next steps played at onsets: (K,), (K, L), (K,) -> (K, L, 4)."""
        rows = zip(self._played, part.tolist(), onsets.tolist(), in_chord.tolist(), strict=True)
        answers = [
            [played.get((number, onset, place), self._nothing) for onset in wanted]
            for played, number, wanted, place in rows
        ]
        return np.array(answers, np.int64).reshape(*onsets.shape, ANSWER_WIDTH)

    def push(
        self,
        part: np.ndarray,
        onset: np.ndarray,
        in_chord: np.ndarray,
        fields: np.ndarray,
        pitch_before: np.ndarray,
    ) -> None:
        """Add a step to each row; pitch_before: of the part's step before it, (K,)."""
        places = zip(part.tolist(), onset.tolist(), in_chord.tolist(), strict=True)
        values = zip(fields[:, :3].tolist(), pitch_before.tolist(), strict=True)
        for played, place, (step, before) in zip(self._played, places, values, strict=True):
            played[place] = (*step, before)

    def select(self, rows: np.ndarray) -> None:
        self._played = [self._played[row].copy() for row in rows]


def chord_places(part: np.ndarray, onset: np.ndarray) -> np.ndarray:
    """How many steps of the same part and onset come before each step: (N,) -> (N,)."""
    same = np.concatenate([[False], (part[1:] == part[:-1]) & (onset[1:] == onset[:-1])])
    index = np.arange(len(part))
    first = np.maximum.accumulate(np.where(same, 0, index)) if len(part) else index
    return index - first


def nothing_played(grid: Grid) -> tuple[int, ...]:
    """The answer where there is no step."""
    return *no_step(grid), NO_PITCH


def _keys(part: np.ndarray, onset: np.ndarray, in_chord: np.ndarray) -> np.ndarray:
    """One number for a part, an onset and a place in the chord: int64."""
    return (onset << (_CHORD_BITS + _PART_BITS)) + (part << _CHORD_BITS) + in_chord
