"""Log-likelihood of steps under a model: of drawn ones while decoding, and of given ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicgen.composing.decoding.parallel import Stop, check_stop
from musicgen.composing.decoding.sampling import log_likelihood
from musicgen.encoding.model_interface import Model, Stepper, branch
from musicgen.encoding.steps import Steps


class LogLikelihood:
    """Log-likelihoods (natural) of drawn steps, computed from their logits in blocks of steps."""

    BLOCK_STEPS = 64

    def __init__(self, pieces: int, fields: int) -> None:
        self._totals = np.zeros(pieces)
        self._pending: list[tuple[np.ndarray, list[np.ndarray], np.ndarray]] = []
        self._rows = [np.zeros(0, np.int64)]  # pieces of the values
        self._values = [np.zeros((0, fields))]

    def add(self, rows: np.ndarray, logits: list[np.ndarray], drawn: np.ndarray) -> None:
        """Add a step of the pieces `rows` (K,): F arrays of logits (K, V), drawn (K, F)."""
        self._pending.append((rows, logits, drawn))
        if len(self._pending) == self.BLOCK_STEPS:
            self._compute()

    def resample(self, rows: np.ndarray) -> None:
        """Give each piece the values of another one so far: (K,); all steps were of K pieces."""
        self._compute()
        self._totals = self._totals[rows]
        for index, values in enumerate(self._values):
            of_steps = values.reshape(-1, len(rows), values.shape[1])
            self._values[index] = of_steps[:, rows].reshape(values.shape)

    def totals(self) -> np.ndarray:
        """The sum of the values of each piece so far: (K,)."""
        self._compute()
        return self._totals

    def of_piece(self, row: int) -> np.ndarray:
        """Return the values of one piece's steps, in order: (N, F)."""
        self._compute()
        self._rows, self._values = [np.concatenate(self._rows)], [np.concatenate(self._values)]
        return self._values[0][self._rows[0] == row]

    def _compute(self) -> None:
        if not self._pending:
            return
        rows, logits, drawn = zip(*self._pending, strict=True)
        self._pending = []
        chosen = np.concatenate(drawn)  # (steps * K, F)
        by_field = [
            log_likelihood(np.concatenate(values), chosen[:, field])
            for field, values in enumerate(zip(*logits, strict=True))
        ]
        all_rows, values = np.concatenate(rows), np.stack(by_field, axis=1)
        self._rows.append(all_rows)
        self._values.append(values)
        self._totals = self._totals + np.bincount(all_rows, values.sum(axis=1), len(self._totals))


def step_log_likelihoods(
    model: Model,
    opening: Steps,
    bars: int,
    before: np.ndarray,
    pieces: Sequence[np.ndarray],
    fork: Stepper | None = None,
    stop: Stop | None = None,
) -> list[np.ndarray]:
    """Log-likelihood (natural) of every field of each piece's steps after the same beginning.

    before (N, F), pieces (N_k, F) each -> (N_k, F) each. opening: steps with the same metres and
    roles. bars: of the whole piece, 0 where that is not known. fork: the model's state of one piece
    after `before`, where there is one. Raises Cancelled where stop() is true.
    """
    count, longest = len(pieces), max(map(len, pieces), default=0)
    steps = np.zeros((longest, count, before.shape[1]), np.int32)
    for row, piece in enumerate(pieces):
        steps[: len(piece), row] = piece  # the values after its end are left out below
    values = np.zeros(steps.shape)
    tracker = model.encoding.tracker(1, opening, bars)
    stepper = model.start(1) if fork is None else branch(fork, np.zeros(1, np.int64))
    for fields in before[:, None].astype(np.int32):  # (1, F)
        check_stop(stop)
        if fork is None:
            stepper.logits(tracker.features(), fields[:, :0])
            stepper.push(fields)
        tracker.push(fields)
    stepper.select(np.zeros(count, np.int64))
    tracker.select(np.zeros(count, np.int64))
    for step, fields in enumerate(steps):  # (K, F)
        check_stop(stop)
        features = tracker.features()
        for index in range(fields.shape[1]):
            logits = stepper.logits(features, fields[:, :index])  # (K, V)
            values[step, :, index] = log_likelihood(logits, fields[:, index])
        stepper.push(fields)
        tracker.push(fields)
    return [values[: len(piece), row] for row, piece in enumerate(pieces)]
