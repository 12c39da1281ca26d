"""Is a model right as often as it says? Reliability tables and the expected calibration error.

Guo et al., On Calibration of Modern Neural Networks, ICML 2017: predictions are put in bins by
their confidence (the chance of the likeliest value); in each bin the mean confidence is held
against the share of predictions that were right.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

BINS = 10


@dataclass(frozen=True)
class ReliabilityBin:
    """The predictions whose confidence is above `low` and at most `high`."""

    low: float
    high: float
    predictions: int
    confidence: float  # mean; 0 where there are none
    accuracy: float  # share that was right; 0 where there are none


@dataclass(frozen=True)
class Calibration:
    """Of one field."""

    error: float  # mean of |confidence - accuracy| over predictions, bin by bin
    bins: tuple[ReliabilityBin, ...]

    @classmethod
    def of(cls, confidence: np.ndarray, right: np.ndarray) -> Calibration:
        """From the confidence and the outcome of each prediction: (N,), (N,)."""
        which = (np.ceil(confidence * BINS).astype(np.int64) - 1).clip(0, BINS - 1)
        counts = np.bincount(which, minlength=BINS)
        divisor = counts.clip(min=1)
        said = np.bincount(which, confidence, BINS) / divisor
        was = np.bincount(which, right, BINS) / divisor
        error = float((counts * np.abs(said - was)).sum() / max(1, len(confidence)))
        bins = tuple(
            ReliabilityBin(i / BINS, (i + 1) / BINS, int(counts[i]), float(said[i]), float(was[i]))
            for i in range(BINS)
        )
        return cls(error, bins)

    def to_json(self) -> dict[str, object]:
        return asdict(self)
