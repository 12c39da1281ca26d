"""Pieces that collapsed: one note or figure over and over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musicgen.score import Score

LONGEST_FIGURE = 16  # notes
TIMES = 4  # a figure heard so often in a row, at least
FEWEST = 16  # notes that the repetitions have together, at least
SHARE = 0.25  # of the piece that they are, at least


@dataclass(frozen=True)
class DegenerateRepetition:
    """The figure that a piece is caught in."""

    first: int  # which note of the piece
    notes: int  # of all repetitions
    figure: int  # notes of the figure
    bar: int  # where it begins, from 0

    def __str__(self) -> str:
        what = "one note" if self.figure == 1 else f"a figure of {self.figure} notes"
        times = self.notes // self.figure
        return f"caught in {what} from bar {self.bar + 1} on, {times} times in a row"


def degenerate_repetition(score: Score) -> DegenerateRepetition | None:
    """The longest stretch in which one note or figure comes over and over; None without one.

    A figure is up to LONGEST_FIGURE notes of given pitches, whatever their rhythm. It is a
    collapse where it is heard TIMES times in a row or more, and these repetitions are FEWEST
    notes and SHARE of the piece or more.
    """
    pitches = score.notes["pitch"]
    found: DegenerateRepetition | None = None
    for figure in range(1, LONGEST_FIGURE + 1):
        first, notes = _longest_repetition(pitches, figure)
        enough = max(TIMES * figure, FEWEST, SHARE * len(pitches))
        if notes >= enough and (found is None or notes > found.notes):
            bar = int(score.bar_positions(score.notes["start"][first : first + 1])[0][0])
            found = DegenerateRepetition(first, notes, figure, bar)
    return found


def _longest_repetition(pitches: np.ndarray, figure: int) -> tuple[int, int]:
    """First note and number of notes of the longest stretch that repeats every `figure` notes."""
    same = pitches[figure:] == pitches[:-figure]
    edges = np.flatnonzero(np.diff(same, prepend=False, append=False))
    starts, stops = edges[::2], edges[1::2]
    if not len(starts):
        return 0, 0
    longest = int((stops - starts).argmax())
    return int(starts[longest]), int(stops[longest] - starts[longest]) + figure
