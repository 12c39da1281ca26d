"""Drawing from logits: temperature, top-k, top-p, and the random numbers of each variation.

One uniform number is used a field, a step and a piece, and the distribution is inverted in
double precision. The numbers of a variation follow from the seed and its index alone, so it
is the same music however many are composed beside it, as far as the logits are the same:
ONNX Runtime gives the same bits for every batch size on one machine (a test holds this), and
may differ in the last bits on another kind of processor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

FORBIDDEN = -1e30  # a logit; finite, so that differences are numbers
NEVER = -1e8  # graphs write forbidden as -1e9, which must not be seen as a weak wish

MAX_TEMPERATURE = 4.0
MAX_TOP_K = 100_000


@dataclass(frozen=True)
class Sampling:
    """How one field is drawn from its logits.

    `temperature` 0 takes the likeliest; 1 draws as the model has learned. `top_k` keeps the k
    likeliest, 0 all. `top_p` keeps the fewest that hold this share together, 1 all.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.temperature <= MAX_TEMPERATURE:
            raise ValueError(
                f"temperature {self.temperature} is not between 0 (always the likeliest) "
                f"and {MAX_TEMPERATURE:g}"
            )
        if not 0 <= self.top_k <= MAX_TOP_K:
            raise ValueError(f"top-k {self.top_k} is not between 0 (all) and {MAX_TOP_K}")
        if not 0.0 < self.top_p <= 1.0:
            raise ValueError(f"top-p {self.top_p} is not above 0 and at most 1 (all)")


def draw(logits: np.ndarray, uniforms: np.ndarray, sampling: Sampling) -> np.ndarray:
    """One choice a piece: logits (K, V), uniforms (K,) in [0, 1) -> (K,); -1 where none is left.

    The values are ranked, the likeliest first and of equals the smaller first. Greedy, top-k
    and top-p each keep the first few ranks, among which the uniform number chooses.
    """
    order = (-logits).argsort(axis=1, kind="stable")  # (K, V)
    starts = _starts(*logits.shape)
    falling = logits.take(order + starts[:, None]).astype(np.float64)  # (K, V)
    best, chosen = falling[:, :1].copy(), order[:, 0]  # (K, 1), (K,)
    if sampling.temperature > 0.0:
        falling -= best
        falling /= sampling.temperature
        mass = np.exp(falling, out=falling).cumsum(axis=1)  # (K, V)
        # A double below 1 times a mass is below the mass, so some rank always exceeds it.
        wanted = uniforms * _kept_mass(mass, sampling)
        chosen = order.take(starts + (mass > wanted[:, None]).argmax(axis=1))
    if best.min() <= NEVER:
        chosen = np.where(best[:, 0] > NEVER, chosen, -1)
    return chosen


def log_likelihood(logits: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Natural log of the model's own probability of each choice: (N, V), (N,) -> (N,)."""
    shifted = logits.astype(np.float64)
    shifted -= shifted.max(axis=1, keepdims=True)
    return shifted[np.arange(len(chosen)), chosen] - np.log(np.exp(shifted).sum(axis=1))


class UniformStream:
    """The random numbers of variations: (K, F) a step, each variation from its own generator."""

    BLOCK = 64  # steps drawn ahead

    def __init__(self, generators: Sequence[np.random.Generator], fields: int) -> None:
        self._generators, self._fields = list(generators), fields
        self._block = np.zeros((len(generators), 0, fields))
        self._at = 0

    def next(self) -> np.ndarray:
        """For the next step: (K, F) in [0, 1)."""
        if self._at == self._block.shape[1]:
            shape = (self.BLOCK, self._fields)
            self._block = np.stack([rng.random(shape) for rng in self._generators])
            self._at = 0
        self._at += 1
        return self._block[:, self._at - 1]

    def select(self, rows: np.ndarray) -> None:
        """Go on with these variations alone."""
        self._generators = [self._generators[row] for row in rows]
        self._block = self._block[rows]


def _kept_mass(mass: np.ndarray, sampling: Sampling) -> np.ndarray:
    """The mass of the ranks that top-k and top-p keep: cumulated mass (K, V) -> (K,)."""
    kept = mass[:, -1]
    if sampling.top_p < 1.0:
        enough = mass >= (sampling.top_p * kept)[:, None]
        kept = mass.take(_starts(*mass.shape) + enough.argmax(axis=1))
    if 0 < sampling.top_k < mass.shape[1]:
        kept = np.minimum(kept, mass[:, sampling.top_k - 1])
    return kept


@lru_cache(maxsize=256)
def _starts(rows: int, width: int) -> np.ndarray:
    """Where each row begins in a flat array."""
    return np.arange(rows) * width
