"""Sampling from logits: temperature, top-k, top-p, and a stream of uniform numbers.

One uniform number is used per field, step and piece, and the distribution is inverted in
double precision. The numbers of a variation follow from the seed and its index alone, so it is
the same music in a batch of any size, as far as the logits are the same: ONNX Runtime gives the
same bits for every batch size on one machine (a test checks this), and may differ in the last
bits on another kind of processor.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from musicgen.errors import InvalidSetting, MusicgenError

FORBIDDEN = -1e30  # a logit; finite, so that differences are numbers
# A logit at or below this is forbidden too: graphs write -1e9, and biases may be added to it.
NEVER = -1e8

MAX_TEMPERATURE = 4.0
MAX_TOP_K = 100_000


class NotANumber(MusicgenError):
    """Logits that are NaN or infinite: the weights are too large or damaged."""

    def __init__(self) -> None:
        super().__init__("the model computes no numbers: its weights cannot be composed with")


@dataclass(frozen=True)
class Sampling:
    """Sampling settings of one field.

    temperature: 0 always takes the likeliest value, 1 samples the model's own distribution.
    top_k: number of likeliest values to choose from; 0 for all. top_p: the choice is among the
    fewest values whose probabilities sum to this share; 1 for all.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.temperature <= MAX_TEMPERATURE:
            raise InvalidSetting(
                f"temperature {self.temperature} is not between 0 (always the likeliest) "
                f"and {MAX_TEMPERATURE:g}"
            )
        if not 0 <= self.top_k <= MAX_TOP_K:
            raise InvalidSetting(f"top-k {self.top_k} is not between 0 (all) and {MAX_TOP_K}")
        if not 0.0 < self.top_p <= 1.0:
            raise InvalidSetting(f"top-p {self.top_p} is not above 0 and at most 1 (all)")


def draw(logits: np.ndarray, uniform: np.ndarray, sampling: Sampling) -> np.ndarray:
    """Draw a value per piece: logits (K, V), uniform (K,) in [0, 1) -> (K,).

    -1 where every value is forbidden. Raises NotANumber for logits that are none. Values are
    ranked, the likeliest first and of equals the smaller first. Greedy, top-k and top-p each keep
    the first few ranks, among which the uniform number chooses.
    """
    order = (-logits).argsort(axis=1, kind="stable")  # (K, V)
    starts = _starts(*logits.shape)
    sorted_logits = logits.ravel()[order + starts[:, None]].astype(np.float64)  # (K, V)
    best, chosen = sorted_logits[:, :1].copy(), order[:, 0]  # (K, 1), (K,)
    if sampling.temperature > 0.0:
        sorted_logits -= best
        sorted_logits /= sampling.temperature
        mass = np.exp(sorted_logits, out=sorted_logits).cumsum(axis=1)  # (K, V)
        if not math.isfinite(mass[:, -1].sum()):
            raise NotANumber
        # A double below 1 times a mass is below the mass, so some rank always exceeds it.
        threshold = uniform * _mass_within(mass, sampling)  # (K,)
        chosen = order.ravel()[starts + (mass > threshold[:, None]).argmax(axis=1)]
    if best.min() <= NEVER:
        chosen = np.where(best[:, 0] > NEVER, chosen, -1)
    return chosen


def log_likelihood(logits: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Natural logs of the probabilities of chosen values: logits (N, V), (N,) -> (N,)."""
    shifted = logits.astype(np.float64)
    shifted -= shifted.max(axis=1, keepdims=True)
    return shifted[np.arange(len(chosen)), chosen] - np.log(np.exp(shifted).sum(axis=1))


class UniformStream:
    """Uniform random numbers of K variations, each from a generator of its own."""

    BLOCK_STEPS = 64  # numbers are drawn ahead for so many steps

    def __init__(self, generators: Sequence[np.random.Generator], fields: int) -> None:
        self._generators, self._fields = list(generators), fields
        self._block = np.zeros((len(generators), 0, fields))
        self._position = 0

    def next(self) -> np.ndarray:
        """Return the numbers of the next step: (K, F) in [0, 1)."""
        if self._position == self._block.shape[1]:
            shape = (self.BLOCK_STEPS, self._fields)
            self._block = np.stack([rng.random(shape) for rng in self._generators])
            self._position = 0
        self._position += 1
        return self._block[:, self._position - 1]

    def select(self, rows: np.ndarray) -> None:
        """Go on with the variations of these rows."""
        self._generators = [self._generators[row] for row in rows]
        self._block = self._block[rows]


def _mass_within(mass: np.ndarray, sampling: Sampling) -> np.ndarray:
    """Mass of the ranks within top-k and top-p: cumulated mass (K, V) -> (K,)."""
    within = mass[:, -1]
    if sampling.top_p < 1.0:
        enough = mass >= (sampling.top_p * within)[:, None]
        within = mass.ravel()[_starts(*mass.shape) + enough.argmax(axis=1)]
    if 0 < sampling.top_k < mass.shape[1]:
        within = np.minimum(within, mass[:, sampling.top_k - 1])
    return within


@lru_cache(maxsize=256)
def _starts(rows: int, width: int) -> np.ndarray:
    """Starts of the rows in a flat array."""
    return np.arange(rows) * width
