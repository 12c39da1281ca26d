"""The notes of several scores in one table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicgen.score import NOTE_DTYPE, Score


def pooled_notes(scores: Sequence[Score]) -> tuple[np.ndarray, np.ndarray]:
    """Notes of all scores (N,), and the indices of their scores (N,)."""
    if not scores:
        return np.zeros(0, NOTE_DTYPE), np.zeros(0, np.int64)
    notes = np.concatenate([score.notes for score in scores])
    return notes, np.repeat(np.arange(len(scores)), [len(score) for score in scores])
