"""Shares and means with NaN where there is nothing to count."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

Figures = dict[str, float]


def share(mask: np.ndarray) -> float:
    """Share of the true values; NaN for none at all."""
    return float(np.mean(mask)) if len(mask) else math.nan


def mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else math.nan


def deviation(values: np.ndarray) -> float:
    """Standard deviation; NaN for no values."""
    return float(np.std(values)) if len(values) else math.nan


def entropy(values: Sequence[object]) -> float:
    """Entropy of a sequence's values in bits; NaN for none."""
    if not len(values):
        return math.nan
    counts = np.array(list(_counts(values).values()), float)
    shares = counts / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def shares_of(values: np.ndarray, names: Mapping[int, str], prefix: str) -> Figures:
    """Share of each named value among the values: `prefix name`."""
    return {f"{prefix} {name}": share(values == value) for value, name in names.items()}


def repeated_share(items: Sequence[object]) -> float:
    """Share of the items that occurred before."""
    seen: set[object] = set()
    repeats = []
    for item in items:
        repeats.append(item in seen)
        seen.add(item)
    return share(np.array(repeats))


def _counts(values: Sequence[object]) -> dict[object, int]:
    counts: dict[object, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return counts
