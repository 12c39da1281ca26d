"""Figures of the end of a whole piece."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.discriminator.excerpts import Excerpt
from benchmarks.discriminator.figures.shares import Figures
from benchmarks.harmony.chords import (
    DOMINANT_SEVENTH,
    MAJOR,
    MINOR,
    beat_length,
    chords_at_beats,
    chords_at_onsets,
)


def ending_of(excerpt: Excerpt) -> Figures:
    """The last sonority of the whole piece, how it is reached, and where the piece stops."""
    piece, key = excerpt.piece, excerpt.piece_key
    onsets, beats = chords_at_onsets(piece), chords_at_beats(piece)
    tonic = key.tonic
    last = beats.quality[-1] >= 0 and beats.root[-1] == beats.bass[-1] == tonic
    dominant = np.isin(beats.quality, (MAJOR, DOMINANT_SEVENTH)) & ((beats.root - tonic) % 12 == 7)
    final = onsets.quality[-1] in (MAJOR, MINOR) and onsets.root[-1] == tonic
    _, position, length = piece.bar_positions([piece.end])
    started = piece.bar_positions([onsets.ticks[-1]])[1][0]
    before = np.flatnonzero(beats.ticks < onsets.ticks[-1])
    beat = beat_length(piece.metres[-1], piece.resolution)
    return {
        "ends on the tonic triad": float(final),
        "last beat is a tonic chord in root position": float(last),
        "dominant before the last chord": float(dominant[before[-1]]) if len(before) else math.nan,
        "bass falls a fifth at the end": (
            float((onsets.bass[-1] - beats.bass[before[-1]]) % 12 == 5) if len(before) else math.nan
        ),
        "beats of the last chord": float((piece.end - onsets.ticks[-1]) / beat),
        "last chord begins on the first beat": float(started == 0),
        "ends at a bar line": float(position[0] == 0),
        "ends this far in the bar": float(position[0] / length[0]),
        "last note of the soprano is the tonic": float((onsets.highest[-1] - tonic) % 12 == 0),
        "pitches of the last chord": float(onsets.sounding[-1].sum()),
    }
