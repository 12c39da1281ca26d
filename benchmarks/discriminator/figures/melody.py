"""Figures of the highest voice: degrees, runs, arpeggios, and the harmony that bars imply."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from benchmarks.discriminator.excerpts import Excerpt
from benchmarks.discriminator.figures.harmony import DEGREES, INTERVALS
from benchmarks.discriminator.figures.shares import (
    Figures,
    deviation,
    entropy,
    mean,
    repeated_share,
    share,
    shares_of,
)

# Steps of a melody to and from degrees that lead somewhere, in semitones above the tonic.
LEADS = {(11, 0): "7 to 1", (5, 4): "4 to 3", (2, 0): "2 to 1", (7, 0): "5 to 1", (5, 3): "4 to b3"}
TRIADS = {(0, 4, 7), (0, 3, 8), (0, 5, 9), (0, 3, 7), (0, 4, 9), (0, 5, 8)}  # above the lowest
MAJOR_TRIAD, MINOR_TRIAD = (0, 4, 7), (0, 3, 7)


def melody_of(excerpt: Excerpt) -> Figures:
    return {**_degrees(excerpt), **_shapes(excerpt), **_implied(excerpt), **_sequences(excerpt)}


def _degrees(excerpt: Excerpt) -> Figures:
    """Degrees of the key on first beats and of all notes, and where degrees lead."""
    top = excerpt.voices[0]
    degrees = (top["pitch"].astype(np.int64) - excerpt.key.tonic) % 12
    is_first = excerpt.score.bar_positions(top["start"])[1] == 0
    pairs = list(pairwise(degrees.tolist()))
    return {
        **shares_of(degrees, DEGREES, "melody on"),
        **shares_of(degrees[is_first], DEGREES, "melody on first beats on"),
        **{
            f"melody from {name}": share(np.array([p == at for p in pairs]))
            for at, name in LEADS.items()
        },
        "entropy of pairs of degrees": entropy(pairs),
    }


def _shapes(excerpt: Excerpt) -> Figures:
    """Runs, arpeggios, turns and returns of the melody."""
    pitches = excerpt.voices[0]["pitch"].astype(np.int64)
    steps = np.diff(pitches)
    by_step = (np.abs(steps) <= 2) & (steps != 0)
    signs = np.sign(steps[steps != 0])
    turns = np.flatnonzero(np.diff(signs) != 0)
    three = [tuple(np.unique(pitches[at : at + 3] % 12).tolist()) for at in range(len(pitches) - 2)]
    upward = [tuple((c - t[0]) % 12 for c in t) for t in three]
    runs = [
        by_step[at : at + 3].all() and abs(np.sign(steps[at : at + 3]).sum()) == 3
        for at in range(len(steps) - 2)
    ]
    return {
        "melody runs of four notes": share(np.array(runs)),
        "melody arpeggios of three notes": share(np.array([u in TRIADS for u in upward])),
        "melody changes direction": share(np.diff(signs) != 0),
        "notes between turns of the melody": mean(np.diff(turns)),
        "deviation of the notes between turns": deviation(np.diff(turns)),
        "melody returns to the note before the last": share(pitches[2:] == pitches[:-2]),
        "largest leap of the melody": float(np.abs(steps).max()) if len(steps) else np.nan,
        "entropy of the melody's steps": entropy(steps.tolist()),
        "entropy of pairs of the melody's steps": entropy(list(pairwise(steps.tolist()))),
        "melody's lowest at its end": float(np.argmin(pitches) / max(1, len(pitches) - 1)),
        "melody's highest at its end": float(np.argmax(pitches) / max(1, len(pitches) - 1)),
    }


def _implied(excerpt: Excerpt) -> Figures:
    """The triads that the notes of each half bar fit best, and how well."""
    notes, key = excerpt.score.notes, excerpt.key
    bars, positions, lengths = excerpt.score.bar_positions(notes["start"])
    half = bars * 2 + (positions * 2 >= lengths)
    durations = np.zeros((half.max() + 1, 12))
    np.add.at(durations, (half, notes["pitch"] % 12), notes["duration"])
    durations = durations[durations.sum(axis=1) > 0]
    triads = np.array(
        [
            [(root + i) % 12 for i in triad]
            for root in range(12)
            for triad in (MAJOR_TRIAD, MINOR_TRIAD)
        ]
    )
    fits = durations[:, triads].sum(axis=2) / durations.sum(axis=1, keepdims=True)  # (H, 24)
    roots = fits.argmax(axis=1) // 2
    return {
        "half bars' fit with a triad": mean(fits.max(axis=1)),
        "deviation of that fit": deviation(fits.max(axis=1)),
        "half bars that are a triad": share(fits.max(axis=1) == 1),
        **shares_of((roots - key.tonic) % 12, DEGREES, "half bars on"),
        **shares_of(np.diff(roots) % 12, INTERVALS, "half bars' roots move by"),
        "pitch classes of a half bar": mean((durations > 0).sum(axis=1)),
    }


def _sequences(excerpt: Excerpt) -> Figures:
    """Bars of the melody that come again at another height, and its longest repetition."""
    top = excerpt.voices[0]
    bars, positions, _ = excerpt.score.bar_positions(top["start"])
    shapes = []
    for bar in range(int(bars.max()) if len(bars) else 0):
        within = bars == bar
        steps = np.diff(top["pitch"][within].astype(np.int64)).tolist()
        shapes.append((tuple(steps), tuple(positions[within].tolist())))
    steps = np.diff(top["pitch"].astype(np.int64)).tolist()
    return {
        "melody's bar occurred before at any height": repeated_share(shapes),
        "melody's bar has the shape of the bar before": share(
            np.array([a == b for a, b in pairwise(shapes)])
        ),
        "melody's bar has the shape of two bars before": share(
            np.array([a == b for a, b in zip(shapes, shapes[2:], strict=False)])
        ),
        "melody's bar has the shape of eight bars before": share(
            np.array([a == b for a, b in zip(shapes, shapes[8:], strict=False)])
        ),
        "longest repetition of the melody": float(_longest_repetition(steps)),
    }


def _longest_repetition(items: list[int]) -> int:
    """Length of the longest passage that occurs twice."""
    longest, row = 0, [0] * (len(items) + 1)
    for i in range(len(items)):
        new = [0] * (len(items) + 1)
        for j in range(i):
            if items[i] == items[j]:
                new[j + 1] = row[j] + 1
        longest, row = max(longest, *new), new
    return longest
