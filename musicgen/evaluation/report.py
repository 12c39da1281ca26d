"""Results of an evaluation: likelihood, accuracy and calibration, over all pieces and per piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.evaluation.calibration import Calibration

PERCENTILES = (5, 25, 50, 75, 95)


@dataclass(frozen=True)
class PieceCost:
    """Negative log-likelihood of the measured part of one piece."""

    name: str
    steps: int
    notes: int
    bits: float

    @property
    def bits_per_note(self) -> float:
        return self.bits / self.notes


@dataclass(frozen=True)
class Evaluation:
    """Evaluation of a model on pieces. Notes are counted on the grid of `events` everywhere.

    Where the time was limited, `pieces` is a sample, and the last of it may be measured in part.
    """

    bits_per_note: float
    bits_per_step: float  # steps of the model's own encoding: notes or, for `notes`, tokens
    by_field: Mapping[str, float]  # bits per note
    accuracy: Mapping[str, float]  # fraction of steps whose most likely value is the true one
    calibration: Mapping[str, Calibration]
    pieces: tuple[PieceCost, ...]
    total_pieces: int  # measured or not
    total_notes: int
    bits_per_quarter: float | None = None  # None where pieces are performances

    @property
    def notes(self) -> int:
        return sum(piece.notes for piece in self.pieces)

    @property
    def steps(self) -> int:
        return sum(piece.steps for piece in self.pieces)

    @property
    def mean_over_pieces(self) -> float:
        """Mean of the pieces' bits per note: long and short pieces have the same weight."""
        return float(np.mean([piece.bits_per_note for piece in self.pieces]))

    @property
    def percentiles(self) -> dict[int, float]:
        """Percentiles of the pieces' bits per note."""
        values = np.percentile([piece.bits_per_note for piece in self.pieces], PERCENTILES)
        return dict(zip(PERCENTILES, values.tolist(), strict=True))

    @property
    def coverage(self) -> str:
        """The measured part, for people: "1,200 of 5,000 notes in 9 of 14 pieces"."""
        if self.notes == self.total_notes:
            return f"{self.notes:,} notes in {len(self.pieces):,} pieces"
        pieces = f"{len(self.pieces):,} of {self.total_pieces:,} pieces"
        return f"{self.notes:,} of {self.total_notes:,} notes in {pieces}"

    def to_json(self) -> dict[str, object]:
        return {
            "bits_per_note": self.bits_per_note,
            "bits_per_step": self.bits_per_step,
            "bits_per_quarter": self.bits_per_quarter,
            "by_field": dict(self.by_field),
            "accuracy": dict(self.accuracy),
            "calibration_error": {
                name: calibration.expected_error for name, calibration in self.calibration.items()
            },
            "calibration": {name: c.to_json()["bins"] for name, c in self.calibration.items()},
            "notes": self.notes,
            "steps": self.steps,
            "pieces": len(self.pieces),
            "total_notes": self.total_notes,
            "total_pieces": self.total_pieces,
            "mean_over_pieces": self.mean_over_pieces,
            "spread": {str(percent): value for percent, value in self.percentiles.items()},
            "by_piece": [
                {"name": p.name, "notes": p.notes, "bits_per_note": p.bits_per_note}
                for p in self.pieces
            ],
        }


@dataclass(frozen=True, eq=False)
class Predictions:
    """Predictions of the first N steps of one piece, all fields: (N, F) each."""

    bits: np.ndarray  # -log2 of the true value's probability
    confidence: np.ndarray  # probability of the most likely value
    correct: np.ndarray  # bool: the most likely value is the true one

    def __len__(self) -> int:
        return len(self.bits)


def summarize(
    fields: Sequence[str],
    names: Sequence[str],
    steps: Sequence[int],
    notes: Sequence[int],
    predictions: Sequence[Predictions],
) -> Evaluation:
    """Evaluation from the predictions of pieces; steps and notes are those of whole pieces.

    The notes of a piece that was measured in part are counted in proportion to its steps.
    """
    costs = tuple(
        PieceCost(name, len(p), max(1, round(note_count * len(p) / length)), float(p.bits.sum()))
        for name, length, note_count, p in zip(names, steps, notes, predictions, strict=True)
        if len(p)
    )
    measured_notes = sum(piece.notes for piece in costs)
    bits = np.concatenate([p.bits for p in predictions])  # (all measured steps, F)
    confidence = np.concatenate([p.confidence for p in predictions])
    correct = np.concatenate([p.correct for p in predictions])
    return Evaluation(
        bits_per_note=float(bits.sum() / measured_notes),
        bits_per_step=float(bits.sum() / len(bits)),
        by_field=_by_name(fields, bits.sum(axis=0) / measured_notes),
        accuracy=_by_name(fields, correct.mean(axis=0)),
        calibration={
            name: Calibration.of(confidence[:, i], correct[:, i]) for i, name in enumerate(fields)
        },
        pieces=costs,
        total_pieces=len(names),
        total_notes=sum(notes),
    )


def _by_name(fields: Sequence[str], values: np.ndarray) -> dict[str, float]:
    return dict(zip(fields, values.tolist(), strict=True))
