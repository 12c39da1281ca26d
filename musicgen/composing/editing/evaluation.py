"""What is measured of an edited piece: as of a composed one, without the model's likelihood."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from musicgen.composing.originality.report import originality
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.score import Score
from musicgen.statistics.metrics import score_metrics
from musicgen.theory.repetition import degenerate_repetition


def measured_facts(score: Score, primer_notes: int, profile: TrainingProfile) -> dict[str, Any]:
    """Metrics, originality and degenerate repetition of all but the primer, as in `Piece.facts`."""
    composed = replace(score, notes=score.notes[primer_notes:])
    metrics = score_metrics(composed) if len(composed) else {}
    report = originality(composed, profile.index) if profile.index else None
    repetition = degenerate_repetition(composed)
    return {
        "metrics": {name: value for name, value in metrics.items() if math.isfinite(value)},
        "originality": report.to_json() if report else None,
        "collapse": str(repetition) if repetition else None,
    }
