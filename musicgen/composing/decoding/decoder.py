"""Pieces while they are written: K variations in one batch, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from musicgen.composing.constraints.rules import Rules, StepContext
from musicgen.composing.decoding.sampling import UniformStream, draw, log_likelihood
from musicgen.composing.settings import ComposeSettings
from musicgen.encoding.events import SHIFT
from musicgen.encoding.grid import GRID_TICKS, MAX_GRID_UNITS
from musicgen.encoding.model_interface import Model, Stepper, branch
from musicgen.encoding.notes import STEP_TICKS
from musicgen.score import Metre


class Constraint(Protocol):
    """Looks after what was drawn and forbids what must not come next, as rules do."""

    def rules(self) -> Rules: ...

    def push(self, fields: np.ndarray) -> None:
        """Take the next step of each piece: (K, F)."""

    def select(self, rows: np.ndarray) -> None:
        """Go on with these pieces alone, each as often as it is named."""


class BatchDecoder:
    """K pieces of the same metres; those that have ended cost no more."""

    def __init__(
        self,
        model: Model,
        settings: ComposeSettings,
        metres: tuple[Metre, ...],
        generators: Sequence[np.random.Generator],
        rules: Rules,
        constraints: Sequence[Constraint] = (),
        end: int | None = None,
        fork: int | None = None,
    ) -> None:
        """end: the tick where onsets are no longer taken; None does without.

        fork: the tick before which the model is remembered (`forks`), to be gone on from again.
        """
        pieces, fields = len(generators), model.encoding.fields
        self.fields = fields
        self._end = None if end is None else -(-end // GRID_TICKS)
        self._fork = None if fork is None else -(-fork // GRID_TICKS)
        self.forks: dict[int, Stepper] = {}  # one piece each, by number, before its step from there
        self.rows = np.arange(pieces)  # of the pieces that go on
        self.now = np.zeros(pieces, np.int64)  # grid steps, the latest onset, as the rows
        self.lengths = np.zeros(pieces, np.int64)  # steps, of all pieces
        self._chances = Chances(pieces, len(fields))
        self._steps: list[np.ndarray] = []  # (K, F) each, of all pieces
        self._stepper = model.start(pieces)
        self._tracker = model.encoding.tracker(pieces, metres, settings.all_bars or 0)
        self._uniforms = UniformStream(list(generators), len(fields))
        self._samplings = [settings.sampling(field.name) for field in fields]
        self._watches = constraints
        everything = (rules, *(watch.rules() for watch in constraints))
        self._rules = [
            [rule for some in everything for rule in some.get(f.name, ())] for f in fields
        ]
        self._moves = fields[0].name == SHIFT.name
        self._before = np.array([[field.size for field in fields]] * pieces, np.int32)

    def hear(self, steps: np.ndarray, fork: Stepper | None = None) -> None:
        """Take given steps (N, F), the same for all pieces, as if each had drawn them.

        fork: one piece of the model that has heard them already.
        """
        if not len(steps):
            return
        pieces = len(self.rows)
        self._go_on_with(np.zeros(1, np.int64))  # one piece hears for all
        if fork is not None:
            self._stepper = branch(fork, np.zeros(1, np.int64))
        for fields in np.ascontiguousarray(steps[:, None], np.int32):  # (1, F)
            if fork is None:
                self._stepper.logits(self._tracker.features(), fields[:, :0])
                self._stepper.push(fields)
            self._take(fields)
            self._steps.append(np.broadcast_to(fields, (pieces, len(self.fields))))
        self._go_on_with(np.zeros(pieces, np.int64))
        self.lengths += len(steps)

    def warm_up(self, windows: Sequence[np.ndarray]) -> None:
        """Give the model (N, F) steps of each piece to go on from, which are not part of it."""
        for fields in np.stack(windows, axis=1):  # (K, F)
            self._stepper.logits(self._tracker.features(), fields[:, :0])
            self._stepper.push(fields)
        self._before = fields

    def step(self) -> None:
        """Draw one more step of each piece that goes on."""
        if self._fork is not None:
            self._remember_model(self._fork)
        features, uniforms = self._tracker.features(), self._uniforms.next()
        drawn = np.zeros((len(self.rows), len(self.fields)), np.int32)
        plain = []
        context = StepContext(features, self.now, self._before, drawn[:, :0])
        for index, sampling in enumerate(self._samplings):
            logits = self._stepper.logits(context.features, context.drawn)  # (K, V)
            plain.append(logits)
            for rule in self._rules[index]:
                logits = rule(context, logits)
            chosen = draw(logits, uniforms[:, index], sampling)
            if index == 0 and self._moves and self._end is not None:
                chosen[self.now + chosen >= self._end] = -1
            drawn[:, index] = chosen
            if chosen.min() < 0:  # nothing is left to draw, or the piece is at its end
                rows = np.flatnonzero(chosen >= 0)
                context = self._keep(rows, context)
                drawn, uniforms = drawn[rows], uniforms[rows]
                plain = [values[rows] for values in plain]
                if not len(rows):
                    return
            context.drawn = drawn[:, : index + 1]
        self._chances.add(self.rows, plain, drawn)
        self._stepper.push(drawn)
        self._take(drawn)
        self._remember(drawn)

    def log_likelihood(self, piece: int) -> np.ndarray:
        """Of the drawn steps of one of all pieces, by field: (F,)."""
        return self._chances.totals()[piece]

    def onsets(self) -> np.ndarray:
        """The latest onset of each piece that goes on, in ticks: (K,)."""
        if self._moves:
            return self.now * GRID_TICKS
        return np.maximum(self.lengths[self.rows] - 1, 0) * STEP_TICKS

    def steps(self, piece: int) -> np.ndarray:
        """The steps so far of one of all pieces: (N, F)."""
        length = int(self.lengths[piece])
        rows = [fields[piece] for fields in self._steps[:length]]
        return np.array(rows, np.int32).reshape(length, len(self.fields))

    def _take(self, fields: np.ndarray) -> None:
        """Let all but the model know of the next step of the pieces that go on: (K, F)."""
        self._tracker.push(fields)
        for watch in self._watches:
            watch.push(fields)
        self._before = fields
        if self._moves:
            self.now = self.now + fields[:, 0]

    def _remember(self, fields: np.ndarray) -> None:
        """Keep the step that was drawn for the pieces that go on: (K, F)."""
        if len(self.rows) < len(self.lengths):
            everyone = np.zeros((len(self.lengths), len(self.fields)), np.int32)
            everyone[self.rows] = fields
            fields = everyone
        self._steps.append(fields)
        self.lengths[self.rows] += 1

    def _remember_model(self, fork: int) -> None:
        """Keep the model as it is for the pieces that may come to a grid step with the next one."""
        near = (self.now < fork) & (self.now + MAX_GRID_UNITS >= fork)
        for row in np.flatnonzero(near):
            self.forks[int(self.rows[row])] = branch(self._stepper, np.array([row]))

    def _keep(self, rows: np.ndarray, context: StepContext) -> StepContext:
        """Go on with these of the rows alone, in the middle of a step."""
        self.rows = self.rows[rows]
        self._uniforms.select(rows)
        self._go_on_with(rows)
        features = {name: value[rows] for name, value in context.features.items()}
        return StepContext(features, self.now, self._before, context.drawn[rows])

    def _go_on_with(self, rows: np.ndarray) -> None:
        """Have all that look after the pieces go on with these rows of theirs."""
        self.now, self._before = self.now[rows], self._before[rows]
        self._stepper.select(rows)
        self._tracker.select(rows)
        for watch in self._watches:
            watch.select(rows)


class Chances:
    """Log-likelihoods of what is drawn, added up by piece and field, many steps at a time."""

    BLOCK = 64  # steps

    def __init__(self, pieces: int, fields: int) -> None:
        self._totals = np.zeros((pieces, fields))
        self._waiting: list[tuple[np.ndarray, list[np.ndarray], np.ndarray]] = []

    def add(self, rows: np.ndarray, logits: list[np.ndarray], drawn: np.ndarray) -> None:
        """A step of the pieces `rows`: logits F of (K, V), drawn (K, F)."""
        self._waiting.append((rows, logits, drawn))
        if len(self._waiting) == self.BLOCK:
            self.totals()

    def totals(self) -> np.ndarray:
        """All so far: (pieces, F)."""
        if self._waiting:
            rows, logits, drawn = zip(*self._waiting, strict=True)
            self._waiting = []
            piece, chosen = np.concatenate(rows), np.concatenate(drawn)
            for field, values in enumerate(zip(*logits, strict=True)):
                chances = log_likelihood(np.concatenate(values), chosen[:, field])
                np.add.at(self._totals[:, field], piece, chances)
        return self._totals
