"""Figures of rhythm: durations, places in the beat and the bar, rests, repeated rhythms."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from benchmarks.discriminator.excerpts import Excerpt
from benchmarks.discriminator.figures.shares import (
    Figures,
    deviation,
    entropy,
    mean,
    repeated_share,
    share,
)
from musicgen.metres import TICKS_PER_QUARTER

# Ticks of the grid.
DURATIONS = {
    6: "16th",
    8: "triplet 8th",
    12: "8th",
    18: "dotted 8th",
    24: "quarter",
    36: "dotted quarter",
    48: "half",
    72: "dotted half",
    96: "whole",
}
EIGHTHS = 8  # of a bar that are looked at one by one


def rhythm_of(excerpt: Excerpt) -> Figures:
    return {
        **_durations(excerpt),
        **_places(excerpt),
        **_texture(excerpt),
        **_bars(excerpt),
    }


def _durations(excerpt: Excerpt) -> Figures:
    durations = excerpt.score.notes["duration"]
    shares = {f"lasts a {name}": share(durations == t) for t, name in DURATIONS.items()}
    gaps = np.diff(excerpt.onsets.ticks)
    return {
        **shares,
        "lasts something else": 1.0 - sum(shares.values()),
        **{f"next onset after a {n}": share(gaps == t) for t, n in DURATIONS.items()},
        "mean duration": mean(durations),
        "deviation of durations": deviation(durations),
        "entropy of durations": entropy(durations.tolist()),
        "entropy of onset gaps": entropy(gaps.tolist()),
        "entropy of pairs of onset gaps": entropy(
            list(zip(gaps[:-1].tolist(), gaps[1:].tolist(), strict=True))
        ),
    }


def _places(excerpt: Excerpt) -> Figures:
    """Where in the beat and in the bar notes begin."""
    starts = excerpt.score.notes["start"]
    _, position, length = excerpt.score.bar_positions(starts)
    in_beat = position % excerpt.beat / excerpt.beat
    eighth = position * EIGHTHS // np.maximum(length, 1)
    onset_position = excerpt.score.bar_positions(excerpt.onsets.ticks)[1]
    return {
        "begins on the beat": share(in_beat == 0),
        "begins in the middle of a beat": share(in_beat == 0.5),
        "begins at a quarter of a beat": share(np.isin(in_beat, (0.25, 0.75))),
        **{f"begins in eighth {n + 1} of the bar": share(eighth == n) for n in range(EIGHTHS)},
        "beats without an onset": share(~np.isin(excerpt.beats.ticks, excerpt.onsets.ticks)),
        "onsets at first beats": share(onset_position == 0),
        "notes held over a bar line": share(
            (position + excerpt.score.notes["duration"] > length) & (position > 0)
        ),
    }


def _texture(excerpt: Excerpt) -> Figures:
    """How many notes begin together, and where nothing sounds."""
    _, counts = np.unique(excerpt.score.notes["start"], return_counts=True)
    on = excerpt.is_on_beat
    beats = excerpt.beats
    bar = excerpt.score.bar_positions([0])[2][0]
    sounding = excerpt.onsets.sounding.sum(axis=1)
    return {
        **{f"{n} notes begin together": share(counts == n) for n in range(1, 5)},
        "notes that begin on a beat": mean(counts[on]),
        "notes that begin between beats": mean(counts[~on]),
        "all that sounds begins": share(counts == sounding),
        "nothing sounds at beats": share(~beats.sounds),
        "length of the excerpt in bars": float(excerpt.onsets.ticks[-1] / bar),
        "notes a quarter": len(excerpt.score) * TICKS_PER_QUARTER / excerpt.onsets.ticks[-1],
    }


def _bars(excerpt: Excerpt) -> Figures:
    """Rhythms of whole bars, and those that come again."""
    starts = excerpt.onsets.ticks
    bars, positions, _ = excerpt.score.bar_positions(starts)
    rhythms = [tuple(positions[bars == bar].tolist()) for bar in range(bars.max() + 1)]
    same = [one == other for one, other in pairwise(rhythms)]
    at_fours = [one == other for one, other in zip(rhythms, rhythms[4:], strict=False)]
    return {
        "bar has the rhythm of the bar before": share(np.array(same)),
        "bar has the rhythm of four bars before": share(np.array(at_fours)),
        "bar has the rhythm of an earlier bar": repeated_share(rhythms),
        "entropy of the bars' rhythms": entropy(rhythms),
        "onsets a bar, deviation": deviation(np.array([len(rhythm) for rhythm in rhythms])),
    }
