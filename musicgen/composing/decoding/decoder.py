"""Decoder of K variations in one batch, step by step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicgen.composing.decoding.constraint import Constraint, Rules, StepContext
from musicgen.composing.decoding.critic_follower import CriticFollower
from musicgen.composing.decoding.likelihood import LogLikelihood
from musicgen.composing.decoding.parallel import Stop, check_stop
from musicgen.composing.decoding.sampling import UniformStream, draw
from musicgen.composing.settings import ComposeSettings
from musicgen.encoding.events import SHIFT
from musicgen.encoding.model_interface import Critic, Model, Stepper, branch
from musicgen.encoding.steps import NEVER, Steps


class BatchDecoder:
    """K pieces that begin alike; pieces that have ended take no more time."""

    def __init__(
        self,
        model: Model,
        settings: ComposeSettings,
        piece: Steps,
        generators: Sequence[np.random.Generator],
        rules: Rules,
        constraints: Sequence[Constraint] = (),
        *,
        bars: int = 0,
        end: int | None = None,
        critic: Critic | None = None,
        fork_at: int | None = None,
    ) -> None:
        """Begin K pieces, one per generator, with the metres and roles of a piece.

        bars: of the whole piece, an upbeat's included; 0 for any number. end: the tick from which
        on no note begins; None for no end. critic: for `critic_logits`. fork_at: the tick before
        whose first step the state of the model is saved in `forks`.
        """
        pieces, fields = len(generators), model.encoding.fields
        self.fields = fields
        self._grid = grid = model.encoding.grid
        self._end = NEVER if end is None else -(-end // grid.ticks)
        self._fork_at = None if fork_at is None else -(-fork_at // grid.ticks)
        self.forks: dict[int, Stepper] = {}  # the model's state of one piece, by number
        self.rows = np.arange(pieces)  # numbers of the active pieces
        self.lengths = np.zeros(pieces, np.int64)  # steps, of all pieces
        self._log_likelihood = LogLikelihood(pieces, len(fields))
        self._steps: list[np.ndarray] = []  # (K, F) each, of all pieces
        self._stepper = model.start(pieces)
        self._critic = CriticFollower(critic, pieces) if critic else None
        self._tracker = model.encoding.tracker(pieces, piece, bars)
        self._uniform_stream = UniformStream(list(generators), len(fields))
        self._samplings = [settings.sampling(field.name) for field in fields]
        self.constraints = constraints
        sets = (rules, *(constraint.rules() for constraint in constraints))
        self._rules = [[rule for by in sets for rule in by.get(f.name, ())] for f in fields]
        self._has_onsets = fields[0].name == SHIFT.name
        self._before = np.array([[field.size for field in fields]] * pieces, np.int32)

    def feed(
        self, steps: np.ndarray, fork: Stepper | None = None, stop: Stop | None = None
    ) -> None:
        """Condition all pieces on the same given steps (N, F), as if each had drawn them.

        fork: the model's state of one piece after these steps, where there is one. Raises
        Cancelled where stop() is true.
        """
        if not len(steps):
            return
        pieces = len(self.rows)
        self._select(np.zeros(1, np.int64))  # one piece stands for all
        if fork is not None:
            self._stepper = branch(fork, np.zeros(1, np.int64))
        for fields in np.ascontiguousarray(steps[:, None], np.int32):  # (1, F)
            check_stop(stop)
            if fork is None:
                self._stepper.logits(self._tracker.features(), fields[:, :0])
                self._stepper.push(fields)
            if self._critic is not None:
                self._critic.read(self._tracker.features())
                self._critic.push(fields)
            self._advance(fields)
            self._steps.append(np.broadcast_to(fields, (pieces, len(self.fields))))
        self._select(np.zeros(pieces, np.int64))
        self.lengths += len(steps)

    def warm_up(self, windows: Sequence[np.ndarray]) -> None:
        """Condition the model on (N, F) steps per piece, which are not part of the piece."""
        for fields in np.stack(windows, axis=1):  # (K, F)
            self._stepper.logits(self._tracker.features(), fields[:, :0])
            self._stepper.push(fields)
        self._before = fields

    def step(self) -> None:
        """Draw one more step of the active pieces."""
        over = self.now >= self._end
        if over.any():
            self._drop(np.flatnonzero(~over))
            if not len(self.rows):
                return
        if self._fork_at is not None:
            self._save_forks(self._fork_at)
        features, uniform = self._tracker.features(), self._uniform_stream.next()
        drawn = np.zeros((len(self.rows), len(self.fields)), np.int32)
        model_logits = []  # before rules and constraints, one array a field
        context = StepContext(features, self.now, self._before, drawn[:, :0])
        for index, sampling in enumerate(self._samplings):
            logits = self._stepper.logits(context.features, context.drawn)  # (K, V)
            if index == 0 and self._critic is not None:  # the other core is free from here on
                self._critic.read(features)
            model_logits.append(logits)
            for rule in self._rules[index]:
                logits = rule(context, logits)
            chosen = draw(logits, uniform[:, index], sampling)  # (K,)
            if index == 0 and self._has_onsets:
                chosen[self.now + chosen >= self._end] = -1
            drawn[:, index] = chosen
            if chosen.min() < 0:  # no value is left to draw, or the piece is at its end
                rows = np.flatnonzero(chosen >= 0)
                context = self._select_within_step(rows, context)
                drawn, uniform = drawn[rows], uniform[rows]
                model_logits = [values[rows] for values in model_logits]
                if not len(rows):
                    return
            context.drawn = drawn[:, : index + 1]
        self._log_likelihood.add(self.rows, model_logits, drawn)
        self._stepper.push(drawn)
        if self._critic is not None:
            self._critic.push(drawn)
        self._advance(drawn)
        self._record(drawn)

    def resample(self, rows: np.ndarray) -> None:
        """Let each piece go on from the steps of another one, or its own; all must be active.

        rows: (K,). The random numbers of each piece stay its own.
        """
        self._steps = [fields[rows] for fields in self._steps]
        self.lengths = self.lengths[rows]
        self._log_likelihood.resample(rows)
        forks = dict(self.forks)
        self.forks = {i: forks[old] for i, old in enumerate(rows.tolist()) if old in forks}
        self._select(rows)

    def critic_logits(self) -> np.ndarray:
        """What the critic says of the active pieces but for their latest steps: (K,)."""
        assert self._critic is not None
        return self._critic.logits

    def log_likelihoods(self) -> np.ndarray:
        """Natural log of the model's probability of each piece's drawn steps: (K,)."""
        return self._log_likelihood.totals()

    def log_likelihood(self, piece: int) -> np.ndarray:
        """Natural logs of the model's probabilities of one piece's drawn steps: (N, F)."""
        return self._log_likelihood.of_piece(piece)

    @property
    def now(self) -> np.ndarray:
        """Grid units, the earliest onsets of the next steps of the active pieces: (K,)."""
        return self._tracker.now

    def onsets(self) -> np.ndarray:
        """Ticks, the earliest onsets of the next steps of the active pieces: (K,)."""
        return self.now * self._grid.ticks

    def steps(self, piece: int) -> np.ndarray:
        """The steps so far of one piece, fed ones included: (N, F)."""
        length = int(self.lengths[piece])
        rows = [fields[piece] for fields in self._steps[:length]]
        return np.array(rows, np.int32).reshape(length, len(self.fields))

    def _advance(self, fields: np.ndarray) -> None:
        """Update all but the model with the next step of the active pieces: (K, F)."""
        self._tracker.push(fields)
        for constraint in self.constraints:
            constraint.push(fields)
        self._before = fields

    def _record(self, fields: np.ndarray) -> None:
        """Append the drawn step of the active pieces (K, F) to the steps of all pieces."""
        if len(self.rows) < len(self.lengths):
            padded = np.zeros((len(self.lengths), len(self.fields)), np.int32)
            padded[self.rows] = fields
            fields = padded
        self._steps.append(fields)
        self.lengths[self.rows] += 1

    def _save_forks(self, fork_at: int) -> None:
        """Save the model's state of pieces before their first step at or after a grid step.

        Where the onset is a field of the step, it is not known yet: then each state is saved from
        which that step may be drawn.
        """
        now = self.now
        if self._has_onsets:
            at = (now < fork_at) & (now + self._grid.max_units >= fork_at)
        else:
            at = now >= fork_at
        for row in np.flatnonzero(at):
            piece = int(self.rows[row])
            if self._has_onsets or piece not in self.forks:
                self.forks[piece] = branch(self._stepper, np.array([row]))

    def _select_within_step(self, rows: np.ndarray, context: StepContext) -> StepContext:
        """Drop all active pieces but these rows, in the middle of a step."""
        self._drop(rows)
        features = {name: value[rows] for name, value in context.features.items()}
        return StepContext(features, self.now, self._before, context.drawn[rows])

    def _drop(self, rows: np.ndarray) -> None:
        """Drop all active pieces but these rows."""
        self.rows = self.rows[rows]
        self._uniform_stream.select(rows)
        self._select(rows)

    def _select(self, rows: np.ndarray) -> None:
        """Go on with these rows of the model, the tracker and the constraints."""
        self._before = self._before[rows]
        self._stepper.select(rows)
        if self._critic is not None:
            self._critic.select(rows)
        self._tracker.select(rows)
        for constraint in self.constraints:
            constraint.select(rows)
