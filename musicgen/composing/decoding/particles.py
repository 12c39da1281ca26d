"""Particle filter: of several pieces drawn at once, those go on that have the most weight.

Pieces are drawn as particles, weighted, and drawn again in proportion to their weights (Gordon,
Salmond & Smith, Novel approach to nonlinear/non-Gaussian Bayesian state estimation, 1993). Around
given notes the weights are likelihoods: a given note is taken as it is, so what was drawn before
may not fit it. With a critic they are its ratios of people's music to the model's
(`models/critic.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from musicgen.composing.constraints.given_parts import GivenParts
from musicgen.composing.decoding.decoder import BatchDecoder
from musicgen.encoding.parts.roles import Role

PARTICLES = 16  # of a piece around given parts
# Exponent of the probabilities of drawn steps: at beats of harmonised chorales there are chords in
# 0.74 without it, 0.77 at 0.5, 0.80 at 2 and 0.78 at 3, in Bach's 0.88.
SHARPNESS = 2.0  # where all parts are voices
LEAST_NATS = -12.0  # of a step


class ParticleWeights(Protocol):
    """Weights of the pieces of a decoder since they were last drawn again."""

    steps_between: int  # after which the weights are looked at

    def after_step(self) -> None:
        """Count a step of all pieces."""

    def logs(self) -> np.ndarray:
        """Logs of the weights (K,), but for a constant."""

    def begin_anew(self) -> None:
        """Weigh what comes from here on: the pieces were drawn again."""


class ParticleFilter:
    """Resamples the pieces of a decoder, which are particles of one piece."""

    def __init__(
        self, decoder: BatchDecoder, rng: np.random.Generator, weights: ParticleWeights
    ) -> None:
        """decoder: already fed with what the pieces begin with, which has no weight."""
        self._decoder, self._rng, self._weights = decoder, rng, weights
        self._count, self._steps = len(decoder.rows), 0

    def after_step(self) -> None:
        """Count the step, and resample where few particles have most of the weight.

        As soon as a piece has ended, all go on by themselves.
        """
        if len(self._decoder.rows) < self._count:
            return
        self._weights.after_step()
        self._steps += 1
        if self._steps % self._weights.steps_between:
            return
        logs = self._weights.logs()
        weights = np.exp(logs - logs.max())
        weights /= weights.sum()
        if 1 / (weights**2).sum() >= self._count / 2:  # the effective number of particles
            return
        self._decoder.resample(systematic_sample(weights, self._rng.random()))
        self._weights.begin_anew()


class CriticWeights:
    """By how much the critic's logits have risen."""

    steps_between = 1

    def __init__(self, decoder: BatchDecoder, exponent: float) -> None:
        self._decoder, self._exponent = decoder, exponent
        self._first = decoder.critic_logits()

    def after_step(self) -> None:
        """Nothing to count: a logit is of the whole piece so far."""

    def logs(self) -> np.ndarray:
        return self._exponent * (self._decoder.critic_logits() - self._first)

    def begin_anew(self) -> None:
        self._first = self._decoder.critic_logits()


class LikelihoodWeights:
    """By how much the steps are likelier than the mean of all particles.

    What is drawn counts, too, so that pieces are those that the model finds likely as a whole,
    where a lower temperature would only make each value likelier by itself.
    """

    steps_between = 2

    def __init__(self, decoder: BatchDecoder, roles: Sequence[Role]) -> None:
        self._decoder, self._count = decoder, len(decoder.rows)
        # Where parts have chords, the likeliest steps are rests and chords that are repeated.
        are_voices = not any(role.has_chords or role.is_drum for role in roles)
        self._exponents = np.array([SHARPNESS if are_voices else 0.0, 1.0])
        self._given = next(c for c in decoder.constraints if isinstance(c, GivenParts))
        self._total, self._nats, self._numbers = self._nothing()

    def after_step(self) -> None:
        total = self._decoder.log_likelihoods()
        nats = np.maximum(total - self._total, LEAST_NATS)
        kind = self._given.was_given.astype(int)
        self._nats[np.arange(self._count), kind] += nats
        self._numbers[np.arange(self._count), kind] += 1
        self._total = total

    def logs(self) -> np.ndarray:
        """The particles may have taken different numbers of given and drawn steps.

        So each likelihood is compared with the mean for that number.
        """
        mean = self._nats.sum(axis=0) / np.maximum(self._numbers.sum(axis=0), 1)  # (2,)
        above = self._nats - mean * self._numbers
        return np.asarray(above @ self._exponents)

    def begin_anew(self) -> None:
        self._total, self._nats, self._numbers = self._nothing()

    def _nothing(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Log-likelihoods so far; nats and numbers of steps from here on, drawn and given."""
        nats, counts = np.zeros((2, self._count, 2))
        return self._decoder.log_likelihoods(), nats, counts


def systematic_sample(weights: np.ndarray, uniform: float) -> np.ndarray:
    """Rows in proportion to their weights, which sum to 1: (K,), a number in [0, 1) -> (K,)."""
    count = len(weights)
    rows = np.searchsorted(weights.cumsum(), (uniform + np.arange(count)) / count, "right")
    return np.minimum(rows, count - 1)
