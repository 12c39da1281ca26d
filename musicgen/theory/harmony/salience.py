"""Salience of the pitch classes at the beats of a piece: what sounds, how long, and in the bass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

HALVES = 2  # parts of a beat; passing notes are in the second
SECOND_HALF_WEIGHT = 0.5
SATURATION = 3.0  # a pitch class that sounds for a third of a beat is nearly as salient as for all


@dataclass(frozen=True, eq=False)
class Salience:
    """Features of B beats, each from 0 to 1; pitch classes are those above `origin`."""

    sounding: np.ndarray  # (B, 12) how much of the beat a pitch class sounds
    bass: np.ndarray  # (B, 12) how much of the beat it is the lowest of several notes
    origin: int  # pitch class of the first note: the same music transposed has the same features


def salience(notes: np.ndarray, edges: np.ndarray) -> Salience:
    """Features of the beats between edges in ticks: (N,) NOTE_DTYPE, (B + 1,) -> B beats."""
    beats = len(edges) - 1
    origin = int(notes["pitch"][0] % 12) if len(notes) else 0
    halves = _halved(edges)
    note, half, ticks = _overlaps(notes, halves)
    pitch = notes["pitch"].astype(np.int64)[note]
    share = ticks / np.diff(halves)[half]  # of the half beat
    size = HALVES * beats
    pitch_class = (pitch - origin) % 12
    durations = np.bincount(half * 12 + pitch_class, share, minlength=size * 12)
    sounding = np.minimum(durations, 1.0).reshape(beats, HALVES, 12)
    lowest = np.full(size, 1 << 10)
    np.minimum.at(lowest, half, pitch)
    # A single line has no bass: notes must sound together.
    depth = np.clip(np.bincount(half, share, minlength=size) - 1.0, 0.0, 1.0)
    bass = np.zeros((size, 12))
    bass[np.arange(size), (lowest - origin) % 12] = depth
    weights = np.array([1.0, SECOND_HALF_WEIGHT]) / (1.0 + SECOND_HALF_WEIGHT)
    sounding = np.einsum("bhp,h->bp", sounding, weights)
    bass = np.einsum("bhp,h->bp", bass.reshape(beats, HALVES, 12), weights)
    scale = 1.0 - np.exp(-SATURATION)
    return Salience((1.0 - np.exp(-SATURATION * sounding)) / scale, bass, origin)


def _halved(edges: np.ndarray) -> np.ndarray:
    """Edges of the halves of beats: (B + 1,) -> (2B + 1,)."""
    halves = np.empty(HALVES * len(edges) - 1)
    halves[::2] = edges
    halves[1::2] = (edges[:-1] + edges[1:]) / 2
    return halves


def _overlaps(notes: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of a note and a span between edges in which it sounds: indices, indices, ticks."""
    starts, ends = notes["start"], notes["start"] + notes["duration"]
    first = np.searchsorted(edges, starts, side="right") - 1
    last = np.minimum(np.searchsorted(edges, ends, side="left"), len(edges) - 1)
    counts = np.maximum(last - first, 0)
    note = np.repeat(np.arange(len(notes)), counts)
    span = np.arange(len(note)) - np.repeat(np.cumsum(counts) - counts, counts) + first[note]
    ticks = np.minimum(ends[note], edges[span + 1]) - np.maximum(starts[note], edges[span])
    return note, span, ticks
