"""Particle filter: of several pieces drawn at once, those go on in which given notes are likely.

A given note is taken as it is, so what was drawn before may not fit it. Pieces are therefore drawn
as particles, weighted by the likelihood of the given values, and drawn again in proportion to
their weights (Gordon, Salmond & Smith, Novel approach to nonlinear/non-Gaussian Bayesian state
estimation, 1993).
"""

from __future__ import annotations

import numpy as np

from musicgen.composing.constraints.given_parts import GivenParts
from musicgen.composing.decoding.decoder import BatchDecoder

PARTICLES = 16  # of a piece
STEPS_BETWEEN = 4  # after which the weights are looked at


class ParticleFilter:
    """Resamples the pieces of a decoder, which are particles of one piece."""

    def __init__(self, decoder: BatchDecoder, rng: np.random.Generator) -> None:
        """decoder: already fed with what the pieces begin with, which has no weight."""
        self._decoder, self._rng = decoder, rng
        self._count, self._steps = len(decoder.rows), 0
        self._given = next(c for c in decoder.constraints if isinstance(c, GivenParts))
        self._given.forget()

    def after_step(self) -> None:
        """Resample where few particles have most of the weight, while none has ended.

        The particles may have taken different numbers of given steps: each weight is compared with
        the mean for that number.
        """
        self._steps += 1
        if self._steps % STEPS_BETWEEN or len(self._decoder.rows) < self._count:
            return
        given = self._given
        of_step = given.log_likelihood.sum() / max(given.taken.sum(), 1)
        excess = given.log_likelihood - of_step * given.taken  # (K,) nats
        weights = np.exp(excess - excess.max())
        weights /= weights.sum()
        if 1 / (weights**2).sum() >= self._count / 2:  # the effective number of particles
            return
        self._decoder.resample(systematic_sample(weights, self._rng.random()))
        given.forget()


def systematic_sample(weights: np.ndarray, uniform: float) -> np.ndarray:
    """Rows in proportion to their weights, which sum to 1: (K,), a number in [0, 1) -> (K,)."""
    count = len(weights)
    rows = np.searchsorted(weights.cumsum(), (uniform + np.arange(count)) / count, "right")
    return np.minimum(rows, count - 1)
