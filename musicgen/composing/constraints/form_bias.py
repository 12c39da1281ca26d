"""Bars that come again, as a wish: a piece is written in a form that a collection's piece has.

A tune is known by what comes back: in three of four fiddle tunes the sixth bar is the second one
again. A model that predicts the next note seldom goes back, for when it would have to begin,
nothing tells it to. So in a bar that is to come again (`forms.py`), what was not played in it the
first time is less likely: another onset, another key, another length. Where the model is sure of
something else, that is what comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from musicgen.composing.bars import bar_start
from musicgen.composing.constraints.rules import Rules, StepContext
from musicgen.encoding.events import DURATION, PITCH, SHIFT
from musicgen.encoding.grid import GRID_TICKS, MAX_GRID_UNITS
from musicgen.score import Metre, bar_positions, first_bar_number
from musicgen.theory.form import earlier_bars

LOGIT_BIAS = 5.0  # nats


class Recall:
    """Watches K pieces of `events`."""

    def __init__(self, pieces: int, form: str, metres: tuple[Metre, ...]) -> None:
        plan = _Plan(earlier_bars(form, 1 - first_bar_number(metres)), _Bars(metres))
        self._pieces = [_Piece(plan) for _ in range(pieces)]

    def rules(self) -> Rules:
        return {
            SHIFT.name: (self._onsets,),
            PITCH.name: (self._pitches,),
            DURATION.name: (self._durations,),
        }

    def push(self, fields: np.ndarray) -> None:
        for piece, step in zip(self._pieces, fields[:, :3].tolist(), strict=True):
            piece.play(*step)

    def select(self, rows: np.ndarray) -> None:
        self._pieces = [copy(self._pieces[row]) for row in rows]

    def _onsets(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        """Less of what comes before the next note in a bar that comes again, or leaves it out."""
        logits = logits.copy()
        for row, piece in enumerate(self._pieces):
            new_from, new_to = (tick - piece.now for tick in piece.not_new)
            logits[row, max(new_from, 0) : max(new_to, 0)] -= LOGIT_BIAS
            if piece.next is not None:
                logits[row, piece.next.onset - piece.now + 1 :] -= LOGIT_BIAS
        return logits

    def _pitches(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        logits = logits.copy()
        for row, note in enumerate(self._next_at(context)):
            if note is not None:
                logits[row, : note.key] -= LOGIT_BIAS
                logits[row, note.key + 1 :] -= LOGIT_BIAS
        return logits

    def _durations(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        logits = logits.copy()
        for row, note in enumerate(self._next_at(context)):
            if note is not None and note.key == context.drawn[row, 1]:
                logits[row, : note.duration] -= LOGIT_BIAS
                logits[row, note.duration + 1 :] -= LOGIT_BIAS
        return logits

    def _next_at(self, context: StepContext) -> list[_Note | None]:
        """The next note of each piece, where the onset that is drawn is its."""
        shifts = context.drawn[:, 0].tolist()
        return [
            piece.next if piece.next and piece.next.onset == piece.now + shift else None
            for piece, shift in zip(self._pieces, shifts, strict=True)
        ]


class _Note(NamedTuple):
    onset: int  # grid steps
    key: int
    duration: int  # grid steps less one, as it is drawn


@dataclass(frozen=True)
class _Plan:
    comes_from: Mapping[int, int]  # the earlier bar that a bar is to be like
    bars: _Bars


class _Piece:
    """One piece: what was played in each bar, and what is to be played next."""

    def __init__(self, plan: _Plan) -> None:
        self._plan, self._played = plan, dict[int, tuple[_Note, ...]]()
        self.now = 0
        self.next: _Note | None = None  # where it is known
        self.not_new = (0, 0)  # from where to where nothing else should begin

    def __copy__(self) -> _Piece:
        other = _Piece(self._plan)
        other.__dict__.update(self.__dict__, _played=self._played.copy())
        return other

    def play(self, shift: int, key: int, duration: int) -> None:
        plan, bars = self._plan, self._plan.bars
        self.now += shift
        bar = bars.of(self.now)
        self._played[bar] = (*self._played.get(bar, ()), _Note(self.now, key, duration))
        notes = (*self._again(bar), *self._again(bar + 1))
        self.next = next((note for note in notes if note[:2] > (self.now, key)), None)
        following = bars.start(bar + 1)
        new = self.now if bar in plan.comes_from else following
        self.not_new = (new, following if self.next is None else self.next.onset)

    def _again(self, bar: int) -> list[_Note]:
        """The notes of a bar that comes again, as they are to be played in it."""
        earlier = self._plan.comes_from.get(bar)
        if earlier is None:
            return []
        later = self._plan.bars.start(bar) - self._plan.bars.start(earlier)
        return [note._replace(onset=note.onset + later) for note in self._played.get(earlier, ())]


class _Bars:
    """Which bar every grid step is in, computed as far as it is asked for."""

    def __init__(self, metres: tuple[Metre, ...]) -> None:
        self._metres = metres
        self._of: list[int] = []

    def of(self, step: int) -> int:
        if step >= len(self._of):
            ticks = np.arange(2 * (step + MAX_GRID_UNITS)) * GRID_TICKS
            self._of = bar_positions(self._metres, ticks)[0].tolist()
        return self._of[step]

    def start(self, bar: int) -> int:
        """The first grid step of a bar."""
        return -(-bar_start(self._metres, bar) // GRID_TICKS)
