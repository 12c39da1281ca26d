"""Figures of key: how clear it is, how stable, and how the notes lie in its scale."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from benchmarks.discriminator.excerpts import Excerpt
from benchmarks.discriminator.figures.harmony import DEGREES
from benchmarks.discriminator.figures.shares import Figures, mean, share
from benchmarks.harmony.figures import KRUMHANSL_PROFILES
from musicgen.score import Score
from musicgen.theory.keys import Key, find_keys

WINDOW_NOTES = 40
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10, 11)}


def keys_of(excerpt: Excerpt) -> Figures:
    key, score = excerpt.key, excerpt.score
    degrees = (score.notes["pitch"] - key.tonic) % 12
    lengths = score.notes["duration"] / score.notes["duration"].sum()
    return {
        "minor": float(key.mode == "minor"),
        "correlation with the key": key.correlation,
        **{f"degree {name}": float(lengths[degrees == d].sum()) for d, name in DEGREES.items()},
        "notes in scale": share(np.isin(degrees, SCALES[key.mode])),
        "entropy of degrees": _entropy(np.bincount(degrees, lengths, minlength=12)),
        "other key at the end": float(excerpt.piece_key.tonic != key.tonic),
        **_windows(score, key),
    }


def _windows(score: Score, key: Key) -> Figures:
    """Keys of windows of WINDOW_NOTES notes, against each other and that of the excerpt."""
    starts = range(0, len(score) - WINDOW_NOTES // 2, WINDOW_NOTES // 2)
    windows = [replace(score, notes=score.notes[at : at + WINDOW_NOTES]) for at in starts]
    keys = [window for window in find_keys(windows, KRUMHANSL_PROFILES) if window]
    tonics = np.array([window.tonic for window in keys])
    fifths = np.array([_fifths_apart(window.sharps, key.sharps) for window in keys])
    return {
        "windows in the key": share(tonics == key.tonic),
        "windows in another key than the last": share(np.diff(tonics) != 0),
        "windows' distance in fifths": mean(fifths),
        "windows' correlation": mean(np.array([window.correlation for window in keys])),
        "lowest of windows' correlation": min(
            (window.correlation for window in keys), default=math.nan
        ),
    }


def _fifths_apart(one: int, other: int) -> int:
    """Distance of two key signatures on the circle of fifths, 0 to 6."""
    apart = (one - other) % 12
    return min(apart, 12 - apart)


def _entropy(shares: np.ndarray) -> float:
    positive = shares[shares > 0]
    return float(-(positive * np.log2(positive)).sum())
