"""Particle filter: of several pieces drawn at once, those go on in which the notes are likely.

A given note is taken as it is, so what was drawn before may not fit it. Pieces are therefore drawn
as particles, weighted by the likelihood of the given values, and drawn again in proportion to
their weights (Gordon, Salmond & Smith, Novel approach to nonlinear/non-Gaussian Bayesian state
estimation, 1993). What is drawn counts in the weights, too, so that pieces are those that the model
finds likely as a whole, where a lower temperature would only make each value likelier by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicgen.composing.constraints.given_parts import GivenParts
from musicgen.composing.decoding.decoder import BatchDecoder
from musicgen.encoding.parts.roles import Role

PARTICLES = 16  # of a piece
STEPS_BETWEEN = 2  # after which the weights are looked at
# Exponent of the probabilities of drawn steps: at beats of harmonised chorales there are chords in
# 0.74 without it, 0.77 at 0.5, 0.80 at 2 and 0.78 at 3, in Bach's 0.88.
SHARPNESS = 2.0  # where all parts are voices
LEAST_NATS = -12.0  # of a step


class ParticleFilter:
    """Resamples the pieces of a decoder, which are particles of one piece."""

    def __init__(
        self, decoder: BatchDecoder, rng: np.random.Generator, roles: Sequence[Role]
    ) -> None:
        """decoder: already fed with what the pieces begin with, which has no weight."""
        self._decoder, self._rng = decoder, rng
        # Where parts have chords, the likeliest steps are rests and chords that are repeated.
        are_voices = not any(role.has_chords or role.is_drum for role in roles)
        self._exponents = np.array([SHARPNESS if are_voices else 0.0, 1.0])
        self._given = next(c for c in decoder.constraints if isinstance(c, GivenParts))
        self._count, self._steps = len(decoder.rows), 0
        self._total = decoder.log_likelihoods()
        self._forget()

    def after_step(self) -> None:
        """Count the step, and resample where few particles have most of the weight.

        As soon as a piece has ended, all go on by themselves.
        """
        if len(self._decoder.rows) < self._count:
            return
        self._count_step()
        self._steps += 1
        if self._steps % STEPS_BETWEEN:
            return
        excess = self._excess()
        weights = np.exp(excess - excess.max())
        weights /= weights.sum()
        if 1 / (weights**2).sum() >= self._count / 2:  # the effective number of particles
            return
        self._decoder.resample(systematic_sample(weights, self._rng.random()))
        self._total = self._decoder.log_likelihoods()
        self._forget()

    def _count_step(self) -> None:
        total = self._decoder.log_likelihoods()
        nats = np.maximum(total - self._total, LEAST_NATS)
        kind = self._given.was_given.astype(int)
        self._nats[np.arange(self._count), kind] += nats
        self._numbers[np.arange(self._count), kind] += 1
        self._total = total

    def _excess(self) -> np.ndarray:
        """Logs of the weights (K,), but for a constant.

        The particles may have taken different numbers of given and drawn steps: each likelihood is
        compared with the mean for that number.
        """
        mean = self._nats.sum(axis=0) / np.maximum(self._numbers.sum(axis=0), 1)  # (2,)
        above = self._nats - mean * self._numbers
        return np.asarray(above @ self._exponents)

    def _forget(self) -> None:
        """Weigh what comes from here on."""
        # Natural log-likelihoods and numbers of the steps that were drawn and that were given.
        self._nats, self._numbers = np.zeros((2, self._count, 2))


def systematic_sample(weights: np.ndarray, uniform: float) -> np.ndarray:
    """Rows in proportion to their weights, which sum to 1: (K,), a number in [0, 1) -> (K,)."""
    count = len(weights)
    rows = np.searchsorted(weights.cumsum(), (uniform + np.arange(count)) / count, "right")
    return np.minimum(rows, count - 1)
