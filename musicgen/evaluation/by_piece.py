"""Held-out cost of a model piece by piece and bar by bar: where it is surprised most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.encoding.model_interface import Model
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.steps import Encoding, Steps
from musicgen.evaluation.likelihood import predict
from musicgen.evaluation.note_counts import count_notes
from musicgen.progress import Progress
from musicgen.score import Score


@dataclass(frozen=True, eq=False)
class PieceBits:
    """Bits that a model needs for a piece."""

    score: Score
    notes: int  # as everywhere in evaluation
    steps: np.ndarray  # bits of each measured step, all fields together: (N,)
    onsets: np.ndarray  # of these steps, in ticks of the grid: (N,)

    @property
    def bits_per_note(self) -> float:
        return float(self.steps.sum()) / max(1, self.notes)

    def by_bar(self) -> np.ndarray:
        """Bits of the steps that begin in each bar: (bars,); of a performance no bar."""
        if self.score.is_performance:
            return np.zeros(0)
        lines = self.score.on_grid().bar_lines()
        bars = np.searchsorted(lines, self.onsets, side="right") - 1
        return np.bincount(bars.clip(0, len(lines) - 2), self.steps, minlength=len(lines) - 1)


def measure_pieces(
    model: Model,
    scores: Sequence[Score],
    primer: np.ndarray | None = None,
    progress: Progress | None = None,
    is_time_over: Callable[[], bool] | None = None,
) -> list[PieceBits]:
    """Bits of each piece with a note, the most bits a note first.

    primer, is_time_over: as in `evaluate`. progress: receives the steps that are done and all
    steps. A piece that the time did not suffice for is left out. Raises NothingToEvaluate.
    """
    scores = [score for score in scores if len(score)]
    pieces = [model.encoding.encode(score) for score in scores]
    total = sum(map(len, pieces))
    report = (lambda steps: progress(steps, total)) if progress is not None else None
    predictions = predict(model, pieces, primer, report, is_time_over)
    measured = [
        PieceBits(
            score,
            count_notes(score, model.encoding),
            predicted.bits.sum(axis=1),
            onsets_of(model.encoding, piece),
        )
        for score, piece, predicted in zip(scores, pieces, predictions, strict=True)
        if len(predicted) == len(piece)
    ]
    return sorted(measured, key=lambda piece: -piece.bits_per_note)


def onsets_of(encoding: Encoding, piece: Steps) -> np.ndarray:
    """Onset of each step in ticks of the grid: (N,) int64."""
    tracker = encoding.tracker(1, piece, 0)
    # Where each part has a cursor, the next onset is known before the step; else with the step.
    is_known_before = isinstance(encoding, PartsEncoding)
    onsets = np.zeros(len(piece), np.int64)
    for index, fields in enumerate(piece.fields):
        if is_known_before:
            onsets[index] = tracker.now[0]
        tracker.push(fields[None])
        if not is_known_before:
            onsets[index] = tracker.now[0]
    return onsets * encoding.grid.ticks
