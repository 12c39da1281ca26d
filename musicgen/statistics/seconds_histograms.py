"""Rhythm histograms of performances, in seconds. Scores on the beat do not count.

Scores are on the grid, where a tick of a performance is 10 ms.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicgen.score import Score
from musicgen.statistics.histogram import Histogram, histogram
from musicgen.theory.pooled_notes import pooled_notes

BIN_TICKS = 5  # of 10 ms
MAX_TICKS = 200  # longer times share the last bin


def durations(scores: Sequence[Score]) -> Histogram:
    """Count the durations of notes; values are the starts of bins in seconds."""
    notes, pieces = pooled_notes(_performances(scores))
    return _in_bins(notes["duration"], pieces)


def inter_onsets(scores: Sequence[Score]) -> Histogram:
    """Count the times from an onset of a piece to the next; values as of `durations`."""
    shifts = [np.diff(np.unique(score.notes["start"])) for score in _performances(scores)]
    pieces = np.repeat(np.arange(len(shifts)), [len(row) for row in shifts])
    return _in_bins(np.concatenate([np.zeros(0, np.int64), *shifts]), pieces)


def bin_name(ticks: int) -> str:
    """Name of the bin that begins at some ticks: `0.25 to 0.30 s`."""
    if ticks >= MAX_TICKS:
        return f"{MAX_TICKS / 100:g} s and longer"
    return f"{ticks / 100:.2f} to {(ticks + BIN_TICKS) / 100:.2f} s"


def _performances(scores: Sequence[Score]) -> list[Score]:
    """The scores with an empty one in place of each that is on the beat."""
    return [score if score.is_performance else Score() for score in scores]


def _in_bins(ticks: np.ndarray, pieces: np.ndarray) -> Histogram:
    bins = np.minimum(ticks // BIN_TICKS * BIN_TICKS, MAX_TICKS)
    counts = histogram(bins, pieces, bin_name)
    seconds = counts.values / 100
    return Histogram(seconds, counts.labels, counts.counts, counts.piece_indices, counts.total)
