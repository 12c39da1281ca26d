"""How alike two sets of pieces are, metric by metric, after Yang and Lerch (2020).

On the evaluation of generative models in music, Neural Computing and Applications 32. The
distances between the pieces of a set (intra-set) and those from its pieces to the reference's
(inter-set) are two distributions; where the set is like the reference, they are one. Each is
smoothed with a Gaussian kernel of Scott's bandwidth, both on one grid, and held against the
other by overlapping area (1 is the same, 0 is apart) and Kullback-Leibler divergence in nats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from musicgen.score import Score
from musicgen.statistics.metrics import METRICS
from musicgen.statistics.pitch_metrics import interval_histogram, pitch_class_histogram
from musicgen.statistics.rhythm_metrics import duration_histogram

GRID = 1000  # places of the common grid
REACH = 4.0  # bandwidths that the grid goes on beyond the outermost distances
LEAST_SHARE = 1e-12  # of a density's mass at a place, so that a logarithm exists

Feature = Callable[[Score], float | np.ndarray]


def _shares(score: Score) -> np.ndarray:
    """The pitch-class histogram as shares."""
    return pitch_class_histogram(score) / max(1, len(score))


FEATURES: Mapping[str, Feature] = {
    **METRICS,
    "pitch-class histogram": _shares,
    "interval histogram": interval_histogram,
    "duration histogram": duration_histogram,
}


@dataclass(frozen=True)
class Similarity:
    """Of a set to a reference in one feature."""

    overlap: float  # overlapping area, 0 to 1
    divergence: float  # Kullback-Leibler, nats: of the intra-set density to the inter-set one
    mean: float  # of the feature over the set; NaN for a histogram
    reference_mean: float

    def to_json(self) -> dict[str, float]:
        return asdict(self)


def compare(
    pieces: Sequence[Score],
    reference: Sequence[Score],
    features: Mapping[str, Feature] = FEATURES,
) -> dict[str, Similarity]:
    """The likeness of two sets in every feature that has a meaning for both.

    A piece for which a feature has no meaning (NaN) is left out of it; a feature is left out that
    has none for most pieces of either set. ValueError for a set of fewer than two pieces.
    """
    if min(len(pieces), len(reference)) < 2:
        raise ValueError("each of the two sets needs at least two pieces")
    found = {}
    for name, feature in features.items():
        ours, theirs = _values(feature, pieces), _values(feature, reference)  # (n, D), (m, D)
        if _enough(ours, pieces) and _enough(theirs, reference):
            found[name] = similarity(ours, theirs)
    return found


def _enough(rows: np.ndarray, scores: Sequence[Score]) -> bool:
    return len(rows) >= max(2, len(scores) / 2)


def similarity(values: np.ndarray, reference: np.ndarray) -> Similarity:
    """From the values of a feature, a row a piece: (n, D), (m, D)."""
    intra, inter = intra_set(values), inter_set(values, reference)
    of_intra, of_inter = densities(intra, inter)
    scalar = values.shape[1] == 1
    return Similarity(
        overlap=overlapping_area(of_intra, of_inter),
        divergence=kl_divergence(of_intra, of_inter),
        mean=float(values.mean()) if scalar else np.nan,
        reference_mean=float(reference.mean()) if scalar else np.nan,
    )


def intra_set(values: np.ndarray) -> np.ndarray:
    """Euclidean distances between the rows of one set: (n, D) -> (n (n - 1) / 2,)."""
    first, second = np.triu_indices(len(values), 1)
    return np.linalg.norm(values[first] - values[second], axis=1)


def inter_set(values: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Euclidean distances between the rows of two sets: (n, D), (m, D) -> (n m,)."""
    return np.linalg.norm(values[:, None] - reference[None], axis=2).ravel()


def densities(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two kernel density estimates as shares of mass at the places of one grid: (GRID,) each."""
    one, other = _scott(first), _scott(second)
    # Where all distances of a set are one number, they have no width of their own.
    widths = one or other, other or one
    low, high = min(first.min(), second.min()), max(first.max(), second.max())
    margin = REACH * max(widths)
    # All distances are one number, or cannot be told apart on a grid: the two are the same.
    if high - low <= GRID * np.spacing(high):
        alike = np.full(GRID, 1.0 / GRID)
        return alike, alike
    grid = np.linspace(low - margin, high + margin, GRID)
    return _density(first, widths[0], grid), _density(second, widths[1], grid)


def overlapping_area(first: np.ndarray, second: np.ndarray) -> float:
    """The mass that two densities on one grid share."""
    return float(np.minimum(first, second).sum())


def kl_divergence(first: np.ndarray, second: np.ndarray) -> float:
    """Kullback-Leibler divergence D(first || second) of densities on one grid, in nats."""
    p, q = first + LEAST_SHARE, second + LEAST_SHARE
    return float((p * np.log(p / q)).sum())


def _values(feature: Feature, scores: Sequence[Score]) -> np.ndarray:
    """A row for each score for which the feature has a meaning: (n, D)."""
    rows = np.array([np.atleast_1d(feature(score)) for score in scores], np.float64)
    return rows[~np.isnan(rows).any(axis=1)]


def _scott(values: np.ndarray) -> float:
    """Scott's bandwidth in one dimension: n^(-1/5) standard deviations."""
    return float(np.std(values, ddof=1) * len(values) ** -0.2) if len(values) > 1 else 0.0


def _density(values: np.ndarray, width: float, grid: np.ndarray) -> np.ndarray:
    """Values counted at the nearest places of a grid, each spread by a Gaussian kernel."""
    spacing = grid[1] - grid[0]
    places = np.rint((values - grid[0]) / spacing).astype(np.int64)
    counts = np.bincount(places, minlength=len(grid))
    # A kernel narrower than the grid would fall between its places.
    distances = np.arange(1 - len(grid), len(grid)) * spacing / max(width, spacing)
    kernel = np.exp(-0.5 * distances**2)  # (2 GRID - 1,)
    mass = np.convolve(counts, kernel)[len(grid) - 1 : 2 * len(grid) - 1]
    return mass / mass.sum()
