"""Composed piece with what is measured of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from musicgen.composing.bars import without_empty_start
from musicgen.composing.generation import Composition
from musicgen.composing.originality.report import Originality, originality
from musicgen.composing.ranking import Penalty, score_piece
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.score import Score
from musicgen.statistics.metrics import score_metrics
from musicgen.theory.repetition import DegenerateRepetition, degenerate_repetition


@dataclass(frozen=True, eq=False)
class Piece:
    """A composition with its metrics, its originality and its penalty.

    All three are of the composed notes, without the primer.
    """

    composition: Composition
    metrics: Mapping[str, float]
    originality: Originality | None  # None without an index of training pieces
    degenerate_repetition: DegenerateRepetition | None
    penalty: Penalty

    @property
    def score(self) -> Score:
        return self.composition.score

    def facts(self) -> dict[str, Any]:
        """JSON of what the piece is and how it was composed."""
        composition, score, penalty = self.composition, self.score, self.penalty
        metrics = {name: value for name, value in self.metrics.items() if math.isfinite(value)}
        repetition = self.degenerate_repetition
        return {
            "notes": len(score),
            "bars": score.full_bars,
            "upbeat": score.has_pickup,
            "seconds": score.seconds,
            "performance": score.is_performance,
            "composed_in": composition.seconds,  # the whole batch
            "seed": composition.settings.seed,
            "variation": composition.variation,
            "primer_notes": composition.primer_notes,
            "finished": composition.finished,
            "nats_a_note": composition.nats_per_note,
            "metrics": metrics,
            "originality": self.originality.to_json() if self.originality else None,
            "collapse": str(repetition) if repetition else None,
            "penalty": penalty.to_json(),
            # Earlier names of `metrics` and `penalty`.
            "figures": metrics,
            "score": {
                "likelihood": penalty.likelihood,
                "figures": penalty.metrics,
                "originality": penalty.originality,
                "collapse": penalty.degenerate_repetition,
            },
        }


def evaluate(composition: Composition, profile: TrainingProfile) -> Piece:
    """Measure a composition: metrics, originality, degenerate repetition and penalty."""
    composed = composition.composed
    report = originality(composed, profile.index) if profile.index else None
    repetition = degenerate_repetition(composed)
    metrics = score_metrics(without_empty_start(composed)) if len(composed) else {}
    nats = composition.nats_per_note
    penalty = score_piece(metrics, nats, profile.percentiles, report, repetition)
    return Piece(composition, metrics, report, repetition, penalty)
