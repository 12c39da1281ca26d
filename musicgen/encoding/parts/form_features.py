"""Form of a piece as a feature: what the part played in the bar that this one repeats.

- `form`: whether the bar is new (NEW) or repeats an earlier one (REPEATED), UNKNOWN where no form
  is given; pitch, duration and `next` of the step of the part at the same place of the earlier
  bar, and the values of no step without one.
"""

from __future__ import annotations

import numpy as np

from musicgen.encoding.grid import GRID_TICKS, Grid
from musicgen.encoding.parts.values import no_step
from musicgen.metres import (
    TICKS_PER_QUARTER,
    Metre,
    bar_positions,
    first_bar_number,
    metre_table,
)
from musicgen.theory.form import earlier_bars

UNKNOWN, NEW, REPEATED = 0, 1, 2
FORM_STATES = 3
FORM_WIDTH = 4
_CHORD_BITS, _PART_BITS = 7, 4


class FormPlan:
    """The earlier bars that the bars of a form repeat."""

    def __init__(self, form: str, metres: tuple[Metre, ...]) -> None:
        pickup = 1 - first_bar_number(metres)
        self._table = metre_table(metres, TICKS_PER_QUARTER)
        self._metres = metres
        self._sources = np.full(len(form) + pickup, -1)  # -1 for new bars
        for bar, earlier in earlier_bars(form, pickup).items():
            self._sources[bar] = earlier

    def targets(self, onsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """State of the bar and onset in the earlier bar, -1 without one: (T,) -> (T,), (T,)."""
        if not len(self._sources):
            return np.full(len(onsets), UNKNOWN), np.full(len(onsets), -1)
        ticks = onsets * GRID_TICKS
        bar = bar_positions(self._metres, ticks)[0]
        in_form = bar < len(self._sources)
        source = np.where(in_form, self._sources[bar.clip(max=len(self._sources) - 1)], -1)
        target = self._start(source.clip(0)) + ticks - self._start(bar)
        repeats = source >= 0
        state = np.where(in_form, np.where(repeats, REPEATED, NEW), UNKNOWN)
        return state, np.where(repeats, target // GRID_TICKS, -1)

    def _start(self, bar: np.ndarray) -> np.ndarray:
        """The first tick of bars: (T,) -> (T,)."""
        row = self._table[np.searchsorted(self._table[:, 2], bar, "right") - 1]
        return row[:, 0] + (bar - row[:, 2]) * row[:, 1]


def form_feature(
    plan: FormPlan,
    fields: np.ndarray,
    part: np.ndarray,
    onset: np.ndarray,
    in_chord: np.ndarray,
    grid: Grid,
) -> np.ndarray:
    """The feature before each step of a piece: (N, 4) int16.

    in_chord: how many steps of the part at the same onset came before each step, (N,).
    """
    state, target = plan.targets(onset)
    keys = _keys(part, onset, in_chord)
    wanted = np.where(target >= 0, _keys(part, target, in_chord), -1)
    order = np.argsort(keys)
    at = order[np.searchsorted(keys[order], wanted).clip(max=max(len(keys) - 1, 0))]
    has_answer = (wanted >= 0) & (keys[at] == wanted)
    answers = np.where(has_answer[:, None], fields[at, :3], no_step(grid))
    return np.column_stack([state, answers]).astype(np.int16)


class FormTracker:
    """`form_feature` updated step by step for K rows."""

    def __init__(self, rows: int, plan: FormPlan, grid: Grid) -> None:
        self._plan, self._nothing = plan, no_step(grid)
        self._played: list[dict[tuple[int, int, int], tuple[int, ...]]] = [{} for _ in range(rows)]

    def features(self, part: np.ndarray, onset: np.ndarray, in_chord: np.ndarray) -> np.ndarray:
        """The feature of the next steps: (K,) each -> (K, 4)."""
        state, target = self._plan.targets(onset)
        places = zip(part.tolist(), target.tolist(), in_chord.tolist(), strict=True)
        answers = [
            played.get(place, self._nothing)
            for played, place in zip(self._played, places, strict=True)
        ]
        return np.column_stack([state, np.array(answers).reshape(-1, 3)])

    def push(
        self, part: np.ndarray, onset: np.ndarray, in_chord: np.ndarray, fields: np.ndarray
    ) -> None:
        places = zip(part.tolist(), onset.tolist(), in_chord.tolist(), strict=True)
        for played, place, values in zip(self._played, places, fields[:, :3].tolist(), strict=True):
            played[place] = tuple(values)

    def select(self, rows: np.ndarray) -> None:
        self._played = [self._played[row].copy() for row in rows]


def chord_places(part: np.ndarray, onset: np.ndarray) -> np.ndarray:
    """How many steps of the same part and onset come before each step: (N,) -> (N,)."""
    same = np.concatenate([[False], (part[1:] == part[:-1]) & (onset[1:] == onset[:-1])])
    index = np.arange(len(part))
    first = np.maximum.accumulate(np.where(same, 0, index)) if len(part) else index
    return index - first


def _keys(part: np.ndarray, onset: np.ndarray, in_chord: np.ndarray) -> np.ndarray:
    """One number for a part, an onset and a place in the chord: (N,) int64."""
    return (onset << (_CHORD_BITS + _PART_BITS)) + (part << _CHORD_BITS) + in_chord
