"""Calibration of predictions: reliability tables and the expected calibration error.

Guo et al., On Calibration of Modern Neural Networks, ICML 2017: predictions are binned by
confidence (the probability of the most likely value), and the mean confidence of each bin is
compared with its accuracy.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

BINS = 10


@dataclass(frozen=True)
class ReliabilityBin:
    """Predictions with a confidence above `low` and at most `high`."""

    low: float
    high: float
    predictions: int
    confidence: float  # mean; 0 in an empty bin
    accuracy: float  # fraction of correct predictions; 0 in an empty bin


@dataclass(frozen=True)
class Calibration:
    """Calibration of the predictions of one field."""

    expected_error: float  # mean |confidence - accuracy| of the bins, weighted by predictions
    bins: tuple[ReliabilityBin, ...]

    @classmethod
    def of(cls, confidence: np.ndarray, correct: np.ndarray) -> Calibration:
        """Calibration from confidences and outcomes of predictions: (N,), (N,)."""
        bin_index = (np.ceil(confidence * BINS).astype(np.int64) - 1).clip(0, BINS - 1)  # (N,)
        counts = np.bincount(bin_index, minlength=BINS)  # (BINS,)
        divisor = counts.clip(min=1)
        confidences = np.bincount(bin_index, confidence, BINS) / divisor
        accuracies = np.bincount(bin_index, correct, BINS) / divisor
        gaps = np.abs(confidences - accuracies)
        bins = tuple(
            ReliabilityBin(
                low=i / BINS,
                high=(i + 1) / BINS,
                predictions=int(counts[i]),
                confidence=float(confidences[i]),
                accuracy=float(accuracies[i]),
            )
            for i in range(BINS)
        )
        return cls(float((counts * gaps).sum() / max(1, len(confidence))), bins)

    def to_json(self) -> dict[str, object]:
        return asdict(self)
