"""Similarity of two sets of pieces, metric by metric, after Yang and Lerch.

On the evaluation of generative models in music, Neural Computing and Applications 32 (2020). The
distances between the pieces of a set (intra-set) and the distances from its pieces to those of a
target set (inter-set) have the same distribution if the sets are alike. Both are estimated on one
grid with a Gaussian kernel of Scott's bandwidth and compared by overlapping area (1 for equal, 0
for disjoint distributions) and Kullback-Leibler divergence in nats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from musicgen.errors import InvalidSetting
from musicgen.score import Score
from musicgen.statistics.metrics import METRICS
from musicgen.statistics.pitch_metrics import interval_histogram, pitch_class_histogram
from musicgen.statistics.rhythm_metrics import duration_histogram

GRID_POINTS = 1000
MARGIN_BANDWIDTHS = 4.0  # of the grid beyond the smallest and largest distance
MIN_MASS = 1e-12  # at a grid point, so that the logarithm exists

Feature = Callable[[Score], float | np.ndarray]


def _pitch_class_shares(score: Score) -> np.ndarray:
    """Pitch-class histogram as shares: (12,)."""
    return pitch_class_histogram(score) / max(1, len(score))


FEATURES: Mapping[str, Feature] = {
    **METRICS,
    "pitch-class histogram": _pitch_class_shares,
    "interval histogram": interval_histogram,
    "duration histogram": duration_histogram,
}


@dataclass(frozen=True)
class Similarity:
    """Similarity of a set to a target set in one feature."""

    overlap: float  # overlapping area, 0 to 1
    divergence: float  # Kullback-Leibler, in nats, from the intra-set to the inter-set density
    mean: float  # of the feature over the set; NaN for a histogram
    reference_mean: float  # of the feature over the target set

    def to_json(self) -> dict[str, float]:
        return asdict(self)


def compare(
    pieces: Sequence[Score],
    target: Sequence[Score],
    features: Mapping[str, Feature] = FEATURES,
) -> dict[str, Similarity]:
    """Similarity of two sets in all features that are defined for both.

    Pieces for which a feature is undefined (NaN) do not count; a feature that is undefined for
    most pieces of a set is left out. Raises InvalidSetting for a set of fewer than two pieces.
    """
    if min(len(pieces), len(target)) < 2:
        raise InvalidSetting("each of the two sets needs at least two pieces")
    pieces = [score.on_grid().pitched for score in pieces]
    target = [score.on_grid().pitched for score in target]
    similarities = {}
    for name, feature in features.items():
        values, target_values = _values(feature, pieces), _values(feature, target)
        if _is_defined(values, pieces) and _is_defined(target_values, target):
            similarities[name] = similarity(values, target_values)
    return similarities


def _is_defined(rows: np.ndarray, scores: Sequence[Score]) -> bool:
    return len(rows) >= max(2, len(scores) / 2)


def similarity(values: np.ndarray, target: np.ndarray) -> Similarity:
    """Similarity by the values of a feature, one row per piece: (n, D), (m, D)."""
    intra, inter = densities(intra_set(values), inter_set(values, target))
    scalar = values.shape[1] == 1
    return Similarity(
        overlap=overlapping_area(intra, inter),
        divergence=kl_divergence(intra, inter),
        mean=float(values.mean()) if scalar else np.nan,
        reference_mean=float(target.mean()) if scalar else np.nan,
    )


def intra_set(values: np.ndarray) -> np.ndarray:
    """Euclidean distances between the rows of one set: (n, D) -> (n (n - 1) / 2,)."""
    first, second = np.triu_indices(len(values), 1)
    return np.linalg.norm(values[first] - values[second], axis=1)


def inter_set(values: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Euclidean distances between the rows of two sets: (n, D), (m, D) -> (n m,)."""
    return np.linalg.norm(values[:, None] - target[None], axis=2).ravel()


def densities(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Kernel density estimates of two samples on one grid, as mass: (GRID_POINTS,) each."""
    bandwidths = _scott(first), _scott(second)
    # A sample of equal distances has no bandwidth: it takes the other's.
    bandwidths = bandwidths[0] or bandwidths[1], bandwidths[1] or bandwidths[0]
    low, high = min(first.min(), second.min()), max(first.max(), second.max())
    margin = MARGIN_BANDWIDTHS * max(bandwidths)
    # All distances are equal, or too close for a grid: the densities are equal.
    if high - low <= GRID_POINTS * np.spacing(high):
        uniform = np.full(GRID_POINTS, 1.0 / GRID_POINTS)
        return uniform, uniform
    grid = np.linspace(low - margin, high + margin, GRID_POINTS)
    return _density(first, bandwidths[0], grid), _density(second, bandwidths[1], grid)


def overlapping_area(first: np.ndarray, second: np.ndarray) -> float:
    """Mass that two densities on one grid have in common."""
    return float(np.minimum(first, second).sum())


def kl_divergence(first: np.ndarray, second: np.ndarray) -> float:
    """Kullback-Leibler divergence D(first || second) of densities on one grid, in nats."""
    p, q = first + MIN_MASS, second + MIN_MASS
    return float((p * np.log(p / q)).sum())


def _values(feature: Feature, scores: Sequence[Score]) -> np.ndarray:
    """Values of a feature, one row per score for which it is defined: (n, D)."""
    rows = np.array([np.atleast_1d(feature(score)) for score in scores], np.float64)
    return rows[~np.isnan(rows).any(axis=1)]


def _scott(values: np.ndarray) -> float:
    """Scott's bandwidth in one dimension: n^(-1/5) standard deviations."""
    return float(np.std(values, ddof=1) * len(values) ** -0.2) if len(values) > 1 else 0.0


def _density(values: np.ndarray, bandwidth: float, grid: np.ndarray) -> np.ndarray:
    """Count values at the nearest grid points and spread the counts with a Gaussian kernel."""
    spacing = grid[1] - grid[0]
    points = np.rint((values - grid[0]) / spacing).astype(np.int64)
    counts = np.bincount(points, minlength=len(grid))
    # A kernel narrower than the spacing would fall between the points.
    distances = np.arange(1 - len(grid), len(grid)) * spacing / max(bandwidth, spacing)
    kernel = np.exp(-0.5 * distances**2)  # (2 GRID_POINTS - 1,)
    mass = np.convolve(counts, kernel)[len(grid) - 1 : 2 * len(grid) - 1]
    return mass / mass.sum()
