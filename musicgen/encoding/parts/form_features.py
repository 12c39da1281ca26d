"""Form of a piece as a feature: what the part played in the bar that this one repeats.

- `form`: whether the bar is new (NEW) or repeats an earlier one (REPEATED), UNKNOWN where no form
  is given; pitch, duration and `next` of the step of the part at the same place of the earlier
  bar, and the values of no step without one.
"""

from __future__ import annotations

import numpy as np

from musicgen.encoding.grid import GRID_TICKS
from musicgen.encoding.parts.played_steps import Played
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


def form_feature(played: Played, onset: np.ndarray, plan: FormPlan) -> np.ndarray:
    """The feature at onsets, (T,): (T, 4) int16."""
    state, earlier = plan.targets(onset)
    answers = played(earlier[:, None])[:, 0, : FORM_WIDTH - 1]
    return np.column_stack([state, answers]).astype(np.int16)
