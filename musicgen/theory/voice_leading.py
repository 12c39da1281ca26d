"""How the parts of a score go together: pure functions, NaN without a meaning.

What sounds at an onset is a sonority. Parts are not asked for: from one sonority to the next of
as many pitches, the lowest is taken to go to the lowest, and so on upwards.
"""

from __future__ import annotations

import math

import numpy as np

from musicgen.score import Score

PERFECT = (0, 7)  # unison or octave, and fifth, in semitones


def clashes(score: Score) -> float:
    """The share of onsets of several pitches at which two lie a semitone apart, octaves aside.

    NaN where no two pitches sound at once. Minor seconds and major sevenths are the sharpest
    dissonances: Huron, Interval-class content, Music Perception 11 (1994).
    """
    sounding = _sonorities(score)  # (O, 128)
    sounding = sounding[sounding.sum(axis=1) > 1]
    if not len(sounding):
        return math.nan
    octaves = np.pad(sounding, ((0, 0), (0, 4))).reshape(len(sounding), 11, 12)
    classes = octaves.any(axis=1)  # (O, 12)
    return float((classes & np.roll(classes, 1, axis=1)).any(axis=1).mean())


def parallels(score: Score) -> float:
    """The share of changes of sonority with parallel fifths, octaves or unisons.

    Two parts that both move and are as many octaves and a fifth apart as before, or a whole
    number of octaves. NaN where no two sonorities of two pitches or more, as many in both,
    follow each other. Forbidden in strict counterpoint since Fux, Gradus ad Parnassum (1725).
    """
    sounding = _sonorities(score)
    counts = sounding.sum(axis=1)
    alike = (counts[1:] == counts[:-1]) & (counts[1:] > 1)
    found = changes = 0
    for count in np.unique(counts[1:][alike]):
        first = np.flatnonzero(alike & (counts[1:] == count))
        before, after = (_pitches(sounding[rows], count) for rows in (first, first + 1))
        found += int(_moves_in_parallel(before, after).sum())
        changes += len(first)
    return found / changes if changes else math.nan


def _moves_in_parallel(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Which changes have parallels: (C, n), (C, n) pitches from the lowest up -> (C,)."""
    moved = before != after
    both = moved[:, :, None] & moved[:, None, :]
    apart, apart_after = ((p[:, :, None] - p[:, None, :]) % 12 for p in (before, after))
    parallel = both & (apart == apart_after) & np.isin(apart, PERFECT)
    count = before.shape[1]
    above = np.tri(count, k=-1, dtype=bool)  # each pair once, the higher part first
    return (parallel & above).any(axis=(1, 2))


def _pitches(sounding: np.ndarray, count: int) -> np.ndarray:
    """(C, 128) -> (C, count), from the lowest up."""
    return np.nonzero(sounding)[1].reshape(len(sounding), count)


def _sonorities(score: Score) -> np.ndarray:
    """Which pitches sound at each onset: (O, 128) bool."""
    notes = score.notes
    onsets = np.unique(notes["start"])
    changes = np.zeros((len(onsets) + 1, 128), np.int16)
    first = np.searchsorted(onsets, notes["start"])
    last = np.searchsorted(onsets, notes["start"] + notes["duration"])
    np.add.at(changes, (first, notes["pitch"]), 1)
    np.add.at(changes, (last, notes["pitch"]), -1)
    return np.cumsum(changes, axis=0)[:-1] > 0
