"""Two models as one: the second is believed the more, the less sure the first is.

Both predict the same steps, and each value gets a weighted mean of the two chances that it is
given. The weight is one for all values of a prediction, so that their chances still sum to one:
the logistic function of a polynomial in how sure either model is. It is a mixture of experts
(Jacobs, Jordan, Nowlan and Hinton, Adaptive Mixtures of Local Experts, 1991) of two that are
trained already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.evaluation.report import Predictions

FOLDS = 10
STEPS = 500  # at most
RIDGE = 1e-3
SETTLED = 1e-6
_SUREST = 1 - 1e-4  # closer to 1, chances look alike


@dataclass(frozen=True, eq=False)
class Chances:
    """What a model gives the true value, and the one that it finds likeliest: (N, F) each."""

    of_truth: np.ndarray
    of_likeliest: np.ndarray

    @classmethod
    def of(cls, piece: Predictions) -> Chances:
        return cls(2.0**-piece.bits, piece.confidence)


@dataclass(frozen=True, eq=False)
class Gate:
    """How much of a prediction is the second model's, by how sure both are."""

    slopes: np.ndarray  # (6,)

    def mixed(self, first: Chances, second: Chances) -> np.ndarray:
        """The chance of what is true: (N, F)."""
        share = self._share(_features(first, second))
        return share * second.of_truth + (1 - share) * first.of_truth

    def _share(self, features: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-features @ self.slopes))  # (..., 6) -> (...)


def fit_gate(first: Sequence[Chances], second: Sequence[Chances]) -> Gate:
    """The gate under which these pieces are likeliest, by expectation maximisation.

    ValueError where there is no piece.
    """
    if not first:
        raise ValueError("there is no piece to learn from")
    rows = [_features(a, b).reshape(-1, 6) for a, b in zip(first, second, strict=True)]
    features = np.concatenate(rows)  # (M, 6)
    one, other = (np.concatenate([c.of_truth.ravel() for c in side]) for side in (first, second))
    gate = Gate(np.zeros(6))
    for _ in range(STEPS):
        share = gate._share(features)
        owed = share * other / (share * other + (1 - share) * one)  # what the second explains
        curvature = (features * (share * (1 - share))[:, None]).T @ features
        curvature += RIDGE * np.eye(6)
        step = np.linalg.solve(curvature, features.T @ (owed - share))
        gate = Gate(gate.slopes + step)
        if np.abs(step).max() < SETTLED:
            break
    return gate


def cross_fitted(first: Sequence[Chances], second: Sequence[Chances]) -> list[np.ndarray]:
    """The mixture's chances of each piece, by a gate that was fitted without it and its fold.

    ValueError below two pieces.
    """
    mixed: dict[int, np.ndarray] = {}
    for fold in range(min(FOLDS, len(first))):
        held_out = range(fold, len(first), FOLDS)
        others = [i for i in range(len(first)) if i not in held_out]
        gate = fit_gate([first[i] for i in others], [second[i] for i in others])
        mixed |= {i: gate.mixed(first[i], second[i]) for i in held_out}
    return [mixed[i] for i in range(len(first))]


def _features(first: Chances, second: Chances) -> np.ndarray:
    """A polynomial of the second degree in the log odds of both: (N, F) -> (N, F, 6)."""
    a, b = (_log_odds(chances.of_likeliest) for chances in (first, second))
    return np.stack([np.ones_like(a), a, b, a * b, a * a, b * b], axis=-1)


def _log_odds(chance: np.ndarray) -> np.ndarray:
    within = chance.clip(1 - _SUREST, _SUREST)
    return np.log(within / (1 - within))
