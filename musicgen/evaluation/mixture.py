"""Mixture of two trained models, weighted by how confident each of them is.

Both models predict the same steps, and the mixture's probability of a value is the weighted mean
of the two. The weight is the same for all values of a prediction, so that the probabilities sum
to 1: the logistic function of a polynomial in both models' log odds. It is a mixture of experts
(Jacobs, Jordan, Nowlan and Hinton, Adaptive Mixtures of Local Experts, 1991) whose experts are
fixed and whose gate is fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.errors import MusicgenError
from musicgen.evaluation.report import Predictions

FOLDS = 10  # of the cross-validation
MAX_ITERATIONS = 500
RIDGE = 1e-3  # added to the diagonal of the Hessian
TOLERANCE = 1e-6  # of the largest change of a coefficient
MAX_PROBABILITY = 1 - 1e-4  # log odds are clipped here
COEFFICIENTS = 6  # of the polynomial


class TooFewPieces(MusicgenError):
    """There is no piece to fit a gate on."""


@dataclass(frozen=True, eq=False)
class Probabilities:
    """A model's probabilities of the true value and of the most likely value: (N, F) each."""

    true: np.ndarray
    most_likely: np.ndarray

    @classmethod
    def of(cls, piece: Predictions) -> Probabilities:
        return cls(2.0**-piece.bits, piece.confidence)


@dataclass(frozen=True, eq=False)
class Gate:
    """Weight of the second model as a function of both models' log odds."""

    coefficients: np.ndarray  # (6,)

    def mix(self, first: Probabilities, second: Probabilities) -> np.ndarray:
        """The mixture's probabilities of the true values: (N, F)."""
        weight = self.weight(_features(first, second))
        return weight * second.true + (1 - weight) * first.true

    def weight(self, features: np.ndarray) -> np.ndarray:
        """Weight of the second model, 0 to 1: (..., 6) -> (...)."""
        return 1 / (1 + np.exp(-features @ self.coefficients))


def fit_gate(first: Sequence[Probabilities], second: Sequence[Probabilities]) -> Gate:
    """The gate of the greatest likelihood on these pieces, by expectation maximisation.

    Each maximisation is one Newton step of a ridge-regularised logistic regression. Raises
    TooFewPieces where there is no piece.
    """
    if not first:
        raise TooFewPieces("there is no piece to fit a gate on")
    rows = [_features(a, b).reshape(-1, COEFFICIENTS) for a, b in zip(first, second, strict=True)]
    features = np.concatenate(rows)  # (M, 6)
    p_first, p_second = (np.concatenate([p.true.ravel() for p in side]) for side in (first, second))
    gate = Gate(np.zeros(COEFFICIENTS))
    for _ in range(MAX_ITERATIONS):
        weight = gate.weight(features)  # (M,)
        mixed = weight * p_second + (1 - weight) * p_first
        responsibility = weight * p_second / mixed  # of the second model, (M,)
        hessian = (features * (weight * (1 - weight))[:, None]).T @ features  # (6, 6)
        hessian += RIDGE * np.eye(COEFFICIENTS)
        change = np.linalg.solve(hessian, features.T @ (responsibility - weight))
        gate = Gate(gate.coefficients + change)
        if np.abs(change).max() < TOLERANCE:
            break
    return gate


def cross_fit(first: Sequence[Probabilities], second: Sequence[Probabilities]) -> list[np.ndarray]:
    """The mixture's probabilities of pieces, with a gate fitted on the other folds.

    Raises TooFewPieces below two pieces.
    """
    mixed: dict[int, np.ndarray] = {}
    for fold in range(min(FOLDS, len(first))):
        held_out = range(fold, len(first), FOLDS)
        others = [i for i in range(len(first)) if i not in held_out]
        gate = fit_gate([first[i] for i in others], [second[i] for i in others])
        mixed |= {i: gate.mix(first[i], second[i]) for i in held_out}
    return [mixed[i] for i in range(len(first))]


def _features(first: Probabilities, second: Probabilities) -> np.ndarray:
    """Second-degree polynomial of both models' log odds: (N, F) -> (N, F, 6)."""
    a, b = (_log_odds(probabilities.most_likely) for probabilities in (first, second))
    return np.stack([np.ones_like(a), a, b, a * b, a * a, b * b], axis=-1)


def _log_odds(probability: np.ndarray) -> np.ndarray:
    clipped = probability.clip(1 - MAX_PROBABILITY, MAX_PROBABILITY)
    return np.log(clipped / (1 - clipped))
