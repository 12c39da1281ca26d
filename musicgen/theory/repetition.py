"""Degenerate repetition: one note or figure that fills much of a piece."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musicgen.score import Score

MAX_FIGURE_NOTES = 16
MIN_TIMES = 4  # repetitions in a row
MIN_NOTES = 16  # of all repetitions together
MIN_SHARE = 0.25  # of the piece's notes


@dataclass(frozen=True)
class DegenerateRepetition:
    """The passage of a piece in which one figure is repeated over and over."""

    first: int  # index of its first note in the score
    notes: int  # number of notes of all repetitions
    figure: int  # number of notes of the figure
    bar: int  # index of the bar where it begins, from 0
    seconds: float | None = None  # where it begins, in a performance, which has no bars

    def __str__(self) -> str:
        figure = "one note" if self.figure == 1 else f"a figure of {self.figure} notes"
        times = self.notes // self.figure
        place = f"bar {self.bar + 1}" if self.seconds is None else f"second {self.seconds:.0f}"
        return f"caught in {figure} from {place} on, {times} times in a row"


def degenerate_repetition(score: Score) -> DegenerateRepetition | None:
    """Find the longest degenerate repetition of a score; None if there is none.

    A figure is a sequence of up to MAX_FIGURE_NOTES pitches, in any rhythm. Its repetition is
    degenerate from MIN_TIMES times, MIN_NOTES notes and MIN_SHARE of the piece on.
    """
    pitches = score.notes["pitch"]
    longest: DegenerateRepetition | None = None
    for figure in range(1, MAX_FIGURE_NOTES + 1):
        first, notes = _longest_repetition(pitches, figure)
        enough = max(MIN_TIMES * figure, MIN_NOTES, MIN_SHARE * len(pitches))
        if notes >= enough and (longest is None or notes > longest.notes):
            start = score.notes["start"][first : first + 1]
            bar = int(score.bar_positions(start)[0][0])
            seconds = float(score.seconds_at(start)[0]) if score.is_performance else None
            longest = DegenerateRepetition(first, notes, figure, bar, seconds)
    return longest


def _longest_repetition(pitches: np.ndarray, figure: int) -> tuple[int, int]:
    """First note and number of notes of the longest passage with a period of `figure` notes."""
    same = pitches[figure:] == pitches[:-figure]
    edges = np.flatnonzero(np.diff(same, prepend=False, append=False))
    starts, stops = edges[::2], edges[1::2]
    if not len(starts):
        return 0, 0
    longest = int((stops - starts).argmax())
    return int(starts[longest]), int(stops[longest] - starts[longest]) + figure
