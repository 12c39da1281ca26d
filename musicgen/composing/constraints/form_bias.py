"""Bias towards a form: bars that repeat earlier bars, as in a piece of the collection.

In three of four fiddle tunes the sixth bar repeats the second. A model that predicts the next note
seldom repeats a bar of its own accord. In a bar that repeats an earlier one (`theory.form`), other
onsets, keys and durations than those of the earlier bar get a lower logit. Where the model is sure
of another value, that value is still drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from musicgen.composing.bars import bar_start
from musicgen.composing.decoding.constraint import Rules, StepContext
from musicgen.encoding.events import DURATION, PITCH, SHIFT
from musicgen.encoding.grid import GRID_TICKS, MAX_GRID_UNITS
from musicgen.metres import Metre, bar_positions, first_bar_number
from musicgen.theory.form import earlier_bars

LOGIT_BIAS = 5.0  # nats


class FormBias:
    """Constraint for K pieces of `events`."""

    def __init__(self, pieces: int, form: str, metres: tuple[Metre, ...]) -> None:
        form_plan = _Plan(earlier_bars(form, 1 - first_bar_number(metres)), _Bars(metres))
        self._pieces = [_Piece(form_plan) for _ in range(pieces)]

    def rules(self) -> Rules:
        return {
            SHIFT.name: (self._bias_shifts,),
            PITCH.name: (self._bias_pitches,),
            DURATION.name: (self._bias_durations,),
        }

    def push(self, fields: np.ndarray) -> None:
        for piece, step in zip(self._pieces, fields[:, :3].tolist(), strict=True):
            piece.add(*step)

    def select(self, rows: np.ndarray) -> None:
        self._pieces = [copy(self._pieces[row]) for row in rows]

    def _bias_shifts(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        """Lower the logits of onsets that add a note to a repeated bar or skip its next one."""
        logits = logits.copy()
        for row, piece in enumerate(self._pieces):
            start, end = (step - piece.now for step in piece.no_new_notes)
            logits[row, max(start, 0) : max(end, 0)] -= LOGIT_BIAS
            if piece.next is not None:
                logits[row, piece.next.onset - piece.now + 1 :] -= LOGIT_BIAS
        return logits

    def _bias_pitches(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        logits = logits.copy()
        for row, note in enumerate(self._next_at(context)):
            if note is not None:
                logits[row, : note.key] -= LOGIT_BIAS
                logits[row, note.key + 1 :] -= LOGIT_BIAS
        return logits

    def _bias_durations(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        logits = logits.copy()
        for row, note in enumerate(self._next_at(context)):
            if note is not None and note.key == context.drawn[row, 1]:
                logits[row, : note.duration] -= LOGIT_BIAS
                logits[row, note.duration + 1 :] -= LOGIT_BIAS
        return logits

    def _next_at(self, context: StepContext) -> list[_Note | None]:
        """The expected notes of the pieces; None where another onset is drawn."""
        shifts = context.drawn[:, 0].tolist()
        return [
            piece.next if piece.next and piece.next.onset == piece.now + shift else None
            for piece, shift in zip(self._pieces, shifts, strict=True)
        ]


class _Note(NamedTuple):
    onset: int  # grid steps
    key: int
    duration: int  # grid steps less one: the value of the field


@dataclass(frozen=True)
class _Plan:
    source_bars: Mapping[int, int]  # by repeated bar: the earlier bar that it repeats
    bars: _Bars


class _Piece:
    """Notes of one piece by bar, and the note of a repeated bar that is expected next."""

    def __init__(self, plan: _Plan) -> None:
        self._plan, self._played = plan, dict[int, tuple[_Note, ...]]()
        self.now = 0
        self.next: _Note | None = None  # None where the next bars are not repeated ones
        self.no_new_notes = (0, 0)  # grid steps, between which no note begins that is not repeated

    def __copy__(self) -> _Piece:
        other = _Piece(self._plan)
        other.__dict__.update(self.__dict__, _played=self._played.copy())
        return other

    def add(self, shift: int, key: int, duration: int) -> None:
        plan, bars = self._plan, self._plan.bars
        self.now += shift
        bar = bars.of(self.now)
        self._played[bar] = (*self._played.get(bar, ()), _Note(self.now, key, duration))
        notes = (*self._repeated(bar), *self._repeated(bar + 1))
        self.next = next((note for note in notes if note[:2] > (self.now, key)), None)
        following = bars.start(bar + 1)
        start = self.now if bar in plan.source_bars else following
        self.no_new_notes = (start, following if self.next is None else self.next.onset)

    def _repeated(self, bar: int) -> list[_Note]:
        """Notes expected in a repeated bar; none in another one."""
        earlier = self._plan.source_bars.get(bar)
        if earlier is None:
            return []
        later = self._plan.bars.start(bar) - self._plan.bars.start(earlier)
        return [note._replace(onset=note.onset + later) for note in self._played.get(earlier, ())]


class _Bars:
    """Bar of every grid step, computed on demand."""

    def __init__(self, metres: tuple[Metre, ...]) -> None:
        self._metres = metres
        self._of: list[int] = []

    def of(self, step: int) -> int:
        if step >= len(self._of):
            ticks = np.arange(2 * (step + MAX_GRID_UNITS)) * GRID_TICKS
            self._of = bar_positions(self._metres, ticks)[0].tolist()
        return self._of[step]

    def start(self, bar: int) -> int:
        """Return the first grid step of a bar."""
        return -(-bar_start(self._metres, bar) // GRID_TICKS)
