"""What an evaluation found: likelihood, accuracy and calibration, in all and piece by piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.evaluation.calibration import Calibration

PERCENTILES = (5, 25, 50, 75, 95)


@dataclass(frozen=True)
class PieceCost:
    """What one piece costs."""

    name: str
    steps: int
    notes: int
    bits: float  # of the whole piece

    @property
    def bits_per_note(self) -> float:
        return self.bits / self.notes


@dataclass(frozen=True)
class Evaluation:
    """A model judged on pieces. A note is one on the grid of `events`, for every encoding."""

    bits_per_note: float
    bits_per_step: float  # of the model's own encoding: a note or, for `notes`, a token
    by_field: Mapping[str, float]  # bits a note
    accuracy: Mapping[str, float]  # share of steps where the likeliest value was the true one
    calibration: Mapping[str, Calibration]
    pieces: tuple[PieceCost, ...]

    @property
    def notes(self) -> int:
        return sum(piece.notes for piece in self.pieces)

    @property
    def steps(self) -> int:
        return sum(piece.steps for piece in self.pieces)

    @property
    def mean_over_pieces(self) -> float:
        """Bits a note where every piece counts alike, however long."""
        return float(np.mean([piece.bits_per_note for piece in self.pieces]))

    @property
    def spread(self) -> dict[int, float]:
        """Percentiles of the pieces' bits a note."""
        values = np.percentile([piece.bits_per_note for piece in self.pieces], PERCENTILES)
        return dict(zip(PERCENTILES, values.tolist(), strict=True))

    def to_json(self) -> dict[str, object]:
        return {
            "bits_per_note": self.bits_per_note,
            "bits_per_step": self.bits_per_step,
            "by_field": dict(self.by_field),
            "accuracy": dict(self.accuracy),
            "calibration_error": {name: c.error for name, c in self.calibration.items()},
            "calibration": {name: c.to_json()["bins"] for name, c in self.calibration.items()},
            "notes": self.notes,
            "steps": self.steps,
            "pieces": len(self.pieces),
            "mean_over_pieces": self.mean_over_pieces,
            "spread": {str(percent): value for percent, value in self.spread.items()},
            "by_piece": [
                {"name": p.name, "notes": p.notes, "bits_per_note": p.bits_per_note}
                for p in self.pieces
            ],
        }


@dataclass(frozen=True, eq=False)
class Predictions:
    """How each field of each step of one piece was predicted: (N, F) each."""

    bits: np.ndarray  # that the true value cost
    confidence: np.ndarray  # the chance of the likeliest value
    right: np.ndarray  # bool: the likeliest value was the true one


def summary(
    fields: Sequence[str],
    names: Sequence[str],
    notes: Sequence[int],
    predictions: Sequence[Predictions],
) -> Evaluation:
    """The evaluation of pieces from the predictions of their steps, all in the same order."""
    costs = tuple(
        PieceCost(name, len(p.bits), count, float(p.bits.sum()))
        for name, count, p in zip(names, notes, predictions, strict=True)
    )
    bits = np.concatenate([p.bits for p in predictions])  # (all steps, F)
    confidence = np.concatenate([p.confidence for p in predictions])
    right = np.concatenate([p.right for p in predictions])
    return Evaluation(
        bits_per_note=float(bits.sum() / sum(notes)),
        bits_per_step=float(bits.sum() / len(bits)),
        by_field=_named(fields, bits.sum(axis=0) / sum(notes)),
        accuracy=_named(fields, right.mean(axis=0)),
        calibration={
            name: Calibration.of(confidence[:, i], right[:, i]) for i, name in enumerate(fields)
        },
        pieces=costs,
    )


def _named(fields: Sequence[str], values: np.ndarray) -> dict[str, float]:
    return dict(zip(fields, values.tolist(), strict=True))
