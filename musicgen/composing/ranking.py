"""Penalty of a piece, by which the best of several is chosen.

The penalty is the sum of four parts, each 0 for a piece like those of the collection:

- `likelihood`: deviation of the model's nats a note from its cost of held-out pieces;
- `metrics`: mean deviation of the piece's metrics from those of the training pieces;
- `originality`: share by which its longest copied passage exceeds that of held-out pieces;
- `degenerate_repetition`: DEGENERATE_PENALTY where a note or figure repeats without end.

Deviations are those of `Percentiles.deviation`: 0 in the middle half, 1 at the 5th and the 95th
percentile.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

import numpy as np

from musicgen.composing.originality.report import Originality
from musicgen.composing.style.percentiles import NATS_PER_NOTE, MetricPercentiles
from musicgen.theory.repetition import DegenerateRepetition

T = TypeVar("T")

DEGENERATE_PENALTY = 1000.0
MAX_DEVIATION = 10.0  # of one metric, so that no single outlier decides alone


@dataclass(frozen=True)
class Penalty:
    """Parts of a piece's penalty; less is better."""

    likelihood: float
    metrics: float
    originality: float
    degenerate_repetition: float

    @property
    def total(self) -> float:
        return self.likelihood + self.metrics + self.originality + self.degenerate_repetition

    def to_json(self) -> dict[str, float]:
        return {**asdict(self), "total": self.total}


def score_piece(
    metrics: Mapping[str, float],
    nats_per_note: float,
    percentiles: MetricPercentiles,
    originality: Originality | None,
    repetition: DegenerateRepetition | None,
) -> Penalty:
    """Compute the penalty of a piece; a part without data to compare with is 0."""
    return Penalty(
        likelihood=_mean_deviation({NATS_PER_NOTE: nats_per_note}, percentiles),
        metrics=_mean_deviation(metrics, percentiles),
        originality=_excess_copying(originality),
        degenerate_repetition=0.0 if repetition is None else DEGENERATE_PENALTY,
    )


def rank(penalties: Sequence[Penalty]) -> list[int]:
    """Indices from the least penalty to the greatest; equal ones keep their order."""
    return sorted(range(len(penalties)), key=lambda index: penalties[index].total)


def _mean_deviation(metrics: Mapping[str, float], percentiles: MetricPercentiles) -> float:
    """Mean over the finite metrics that have percentiles; 0 where there are none."""
    deviations = [
        min(percentiles[name].deviation(value), MAX_DEVIATION)
        for name, value in metrics.items()
        if name in percentiles and math.isfinite(value)
    ]
    return float(np.mean(deviations)) if deviations else 0.0


def _excess_copying(originality: Originality | None) -> float:
    if originality is None or not originality.human_95:
        return 0.0
    return max(originality.longest_match / originality.human_95 - 1.0, 0.0)


def replace_open(
    best: Sequence[T],
    others: Sequence[T],
    finish: Callable[[T], T],
    stays_open: Callable[[T], bool],
) -> list[T]:
    """Finish the best pieces; one that stays open is replaced by the next other that closes.

    Where no other closes, the piece stays.
    """
    remaining = iter(others)
    finished = []
    for candidate in best:
        piece = finish(candidate)
        while stays_open(piece) and (other := next(remaining, None)) is not None:
            replacement = finish(other)
            if not stays_open(replacement):
                piece = replacement
        finished.append(piece)
    return finished
