"""Which of many pieces is best, by a stated score.

The score of a piece is a penalty, the sum of four parts, each 0 for a piece as they are usual:

- `likelihood`: how far the model's nats a note lie outside what held-out pieces cost it;
- `figures`: how far its musical figures lie outside the collection's, on average;
- `originality`: by what share its longest copied run exceeds that of human pieces;
- `collapse`: COLLAPSED where one note or figure comes over and over.

How far is measured by `Usual.strangeness`: 0 in the middle half, 1 at the edge of nine tenths.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.composing.originality.report import Originality
from musicgen.composing.style.percentiles import NATS_PER_NOTE, MetricPercentiles
from musicgen.theory.repetition import DegenerateRepetition

COLLAPSED = 1000.0
MOST = 10.0  # of any one figure, so that a single strange one does not decide alone


@dataclass(frozen=True)
class Judgement:
    """The parts of a piece's score; less is better."""

    likelihood: float
    figures: float
    originality: float
    degenerate_repetition: float

    @property
    def total(self) -> float:
        return self.likelihood + self.figures + self.originality + self.degenerate_repetition


def judge(
    figures: Mapping[str, float],
    nats_a_note: float,
    percentiles: MetricPercentiles,
    originality: Originality | None,
    degenerate_repetition: DegenerateRepetition | None,
) -> Judgement:
    """Judge a piece by what is known of it and of the collection; what is not known counts 0."""
    return Judgement(
        likelihood=_strangeness({NATS_PER_NOTE: nats_a_note}, percentiles),
        figures=_strangeness(figures, percentiles),
        originality=_copied(originality),
        degenerate_repetition=0.0 if degenerate_repetition is None else COLLAPSED,
    )


def ranked(judgements: Sequence[Judgement]) -> list[int]:
    """Indices from the best to the worst; of equals the earlier first."""
    return sorted(range(len(judgements)), key=lambda index: judgements[index].total)


def _strangeness(figures: Mapping[str, float], percentiles: MetricPercentiles) -> float:
    """The mean over those figures that are numbers and have something to be compared with."""
    far = [
        min(percentiles[name].deviation(value), MOST)
        for name, value in figures.items()
        if name in percentiles and math.isfinite(value)
    ]
    return float(np.mean(far)) if far else 0.0


def _copied(originality: Originality | None) -> float:
    if originality is None or not originality.human_95:
        return 0.0
    return max(originality.longest_match / originality.human_95 - 1.0, 0.0)
