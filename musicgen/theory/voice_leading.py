"""Metrics of voice leading: pure functions of a score, NaN where undefined.

A sonority is the set of pitches that sound at an onset. The score's parts are ignored: between two
sonorities of the same size, the lowest pitch leads to the lowest, and so on upwards.
"""

from __future__ import annotations

import math

import numpy as np

from musicgen.score import Score

PERFECT = (0, 7)  # semitones of a unison or octave, and of a fifth


def clashes(score: Score) -> float:
    """Share of sonorities with two pitch classes a semitone apart, of those with several pitches.

    NaN if no two pitches sound at once. Minor seconds and major sevenths are the sharpest
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
    """Share of changes of sonority with parallel fifths, octaves or unisons.

    Parallels are two voices that both move and are a fifth (or an octave or unison) apart, octaves
    aside, before and after. Only changes between sonorities of the same size, at least 2, count;
    NaN if there are none. Forbidden in strict counterpoint since Fux, Gradus ad Parnassum (1725).
    """
    sounding = _sonorities(score)
    counts = sounding.sum(axis=1)
    same_size = (counts[1:] == counts[:-1]) & (counts[1:] > 1)
    parallel_changes = changes = 0
    for count in np.unique(counts[1:][same_size]):
        first = np.flatnonzero(same_size & (counts[1:] == count))
        before, after = (_pitches(sounding[rows], count) for rows in (first, first + 1))
        parallel_changes += int(_has_parallels(before, after).sum())
        changes += len(first)
    return parallel_changes / changes if changes else math.nan


def _has_parallels(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Mask of the changes with parallels: (C, n), (C, n) pitches from the lowest up -> (C,)."""
    moves = before != after
    both_move = moves[:, :, None] & moves[:, None, :]  # (C, n, n)
    interval, interval_after = ((p[:, :, None] - p[:, None, :]) % 12 for p in (before, after))
    parallel = both_move & (interval == interval_after) & np.isin(interval, PERFECT)
    pairs = np.tri(before.shape[1], k=-1, dtype=bool)  # pairs of voices
    return (parallel & pairs).any(axis=(1, 2))


def _pitches(sounding: np.ndarray, count: int) -> np.ndarray:
    """Pitches from the lowest up: (C, 128) bool -> (C, count)."""
    return np.nonzero(sounding)[1].reshape(len(sounding), count)


def _sonorities(score: Score) -> np.ndarray:
    """Pitches that sound at each onset: (O, 128) bool."""
    notes = score.notes
    onsets = np.unique(notes["start"])
    changes = np.zeros((len(onsets) + 1, 128), np.int16)
    first = np.searchsorted(onsets, notes["start"])
    last = np.searchsorted(onsets, notes["start"] + notes["duration"])
    np.add.at(changes, (first, notes["pitch"]), 1)
    np.add.at(changes, (last, notes["pitch"]), -1)
    return np.cumsum(changes, axis=0)[:-1] > 0
