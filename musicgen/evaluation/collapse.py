"""Pieces that went wrong: what no listener would take for music of any kind."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from musicgen.evaluation.pitch_statistics import pitches_used
from musicgen.evaluation.time_statistics import empty_beat_rate
from musicgen.score import TICKS_PER_QUARTER, Score

FEWEST_NOTES = 8
FEWEST_PITCHES = 4
MOST_EMPTY_BEATS = 0.5  # share
MOST_OF_ONE_PITCH = 0.6  # share of notes
MOST_BARS_ALIKE = 6  # in a row
MOST_QUARTERS_STILL = 12  # in which nothing begins


def collapse(score: Score) -> str:
    """What is wrong with the piece, in a few words; empty for music."""
    if len(score) < FEWEST_NOTES:
        return f"{len(score)} notes"
    if pitches_used(score) < FEWEST_PITCHES:
        return f"{pitches_used(score):.0f} pitches"
    if empty_beat_rate(score) > MOST_EMPTY_BEATS:
        return "mostly silent"
    commonest = np.bincount(score.notes["pitch"]).max() / len(score)
    if commonest > MOST_OF_ONE_PITCH:
        return f"one pitch is {commonest:.0%} of the notes"
    alike = bars_alike(score)
    if alike > MOST_BARS_ALIKE:
        return f"one bar {alike} times in a row"
    still = longest_still(score)
    if still > MOST_QUARTERS_STILL:
        return f"nothing begins for {still:.0f} quarters"
    return ""


def bars_alike(score: Score) -> int:
    """The most bars in a row that hold the same notes at the same places; 0 without notes."""
    if not len(score):
        return 0
    bars, places, _ = score.bar_positions(score.notes["start"])
    rows = np.stack([places, score.notes["pitch"], score.notes["duration"]], axis=1)
    held = [rows[bars == bar].tobytes() for bar in range(score.bars)]
    longest = run = 1
    for before, here in pairwise(held):
        run = run + 1 if here == before else 1
        longest = max(longest, run)
    return longest


def longest_still(score: Score) -> float:
    """The longest time, in quarters, between two onsets that follow each other; 0 for fewer."""
    gaps = np.diff(score.notes["start"])
    return float(gaps.max()) / TICKS_PER_QUARTER if len(gaps) else 0.0
