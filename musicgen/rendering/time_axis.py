"""Lines of the time axis of a roll: bars or, for performances, seconds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicgen.metres import first_bar_number
from musicgen.score import Score
from musicgen.ticks import clock_text

SECONDS_PER_LINE = 2  # of a performance


def ticks_at(score: Score, seconds: Sequence[float] | np.ndarray) -> np.ndarray:
    """Ticks at some seconds from the beginning, through all changes of tempo: (N,) float64."""
    starts, at, rates = tempo_map(score)
    seconds = np.asarray(seconds, dtype=np.float64)
    index = np.searchsorted(at, seconds, side="right").clip(1) - 1
    return starts[index] + (seconds - at[index]) * rates[index]


def tempo_map(score: Score) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ticks, seconds and ticks per second at which each tempo begins: (T,) float64 each."""
    starts = np.array([0, *(change.start for change in score.tempo_changes)], np.float64)
    tempos = np.array([score.tempo, *(change.tempo for change in score.tempo_changes)])
    return starts, score.seconds_at(starts), tempos * score.resolution / 60


def time_lines(score: Score) -> np.ndarray:
    """Ticks of the lines, from 0 to the first at or after the end: (L,)."""
    if not score.is_performance:
        return score.bar_lines()
    count = int(np.ceil(round(score.seconds / SECONDS_PER_LINE, 6)))
    return np.rint(ticks_at(score, SECONDS_PER_LINE * np.arange(count + 1))).astype(np.int64)


def line_labels(score: Score, count: int) -> list[str]:
    """Printed number of each of the first `count` lines: bars, or minutes and seconds."""
    if not score.is_performance:
        first = first_bar_number(score.metres, score.resolution)
        return [str(first + index) for index in range(count)]
    return [clock_text(SECONDS_PER_LINE * index) for index in range(count)]
