"""Figures of form: repetition and phrases."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from benchmarks.discriminator.excerpts import Excerpt
from benchmarks.discriminator.figures.shares import (
    Figures,
    deviation,
    mean,
    repeated_share,
    share,
)

MELODY_NOTES = (3, 5, 8, 12)  # lengths of the melodies whose repetition is measured
LONG_BEATS = 2  # a soprano note that ends a phrase lasts as long, or is followed by a rest


def form_of(excerpt: Excerpt) -> Figures:
    return {**_repetition(excerpt), **_phrases(excerpt)}


def _repetition(excerpt: Excerpt) -> Figures:
    """Melodies, rhythms and bars that occurred before, in any key."""
    top = excerpt.voices[0]
    steps = np.diff(top["pitch"].astype(np.int64)).tolist()
    gaps = np.diff(top["start"]).tolist()
    both = list(zip(steps, gaps, strict=True))
    figures: Figures = {}
    for notes in MELODY_NOTES:
        figures |= {
            f"{notes} notes of the melody repeated": repeated_share(_ngrams(steps, notes - 1)),
            f"{notes} notes of the melody repeated in rhythm": repeated_share(
                _ngrams(both, notes - 1)
            ),
        }
    bars = _bars(excerpt)
    same = [float(one == other) for one, other in pairwise(bars)]
    return {
        **figures,
        "bar repeated at once": mean(np.array(same)),
        "bar occurred before": repeated_share(bars),
        "bar occurred four bars before": share(
            np.array([a == b for a, b in zip(bars, bars[4:], strict=False)])
        ),
    }


def _bars(excerpt: Excerpt) -> list[tuple[tuple[int, int], ...]]:
    """Positions and pitches of the notes that begin in each bar but the last."""
    notes = excerpt.score.notes
    bars, positions, _ = excerpt.score.bar_positions(notes["start"])
    rows = np.stack([positions, notes["pitch"]], axis=1)
    return [tuple(map(tuple, rows[bars == bar].tolist())) for bar in range(bars.max())]


def _phrases(excerpt: Excerpt) -> Figures:
    """Ends of phrases of the highest voice: their distances, chords and degrees."""
    top, beat = excerpt.voices[0], excerpt.beat
    ends = top["start"] + top["duration"]
    rest = np.append(top["start"][1:] > ends[:-1], True)
    last = (top["duration"] >= LONG_BEATS * beat) | rest
    onsets = excerpt.onsets
    index = np.searchsorted(onsets.ticks, top["start"][last])
    index = index[index < len(onsets.ticks)]
    quality, at_root = onsets.quality[index], (onsets.bass == onsets.root)[index]
    degree = (onsets.root[index] - excerpt.key.tonic) % 12
    lengths = np.diff(top["start"][last]) / beat
    position = excerpt.score.bar_positions(top["start"][last])[1]
    return {
        "notes that end a phrase": share(last),
        "beats of a phrase": mean(lengths),
        "deviation of the beats of a phrase": deviation(lengths),
        "phrases of whole fours of beats": share(lengths % 4 == 0),
        "phrases end on a triad in root position": share(np.isin(quality, (0, 1)) & at_root),
        "phrases end on a tonic chord": share((quality >= 0) & (degree == 0)),
        "phrases end on a dominant chord": share((quality >= 0) & (degree == 7)),
        "phrases end on no chord": share(quality < 0),
        "phrases end at the first beat": share(position == 0),
    }


def _ngrams(items: Sequence[object], length: int) -> list[tuple[object, ...]]:
    return [tuple(items[at : at + length]) for at in range(len(items) - length + 1)]
