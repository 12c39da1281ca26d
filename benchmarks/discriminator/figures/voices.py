"""Figures of the voices: their steps, their distances, and how they move together."""

from __future__ import annotations

import numpy as np

from benchmarks.discriminator.excerpts import MAX_VOICES, Excerpt
from benchmarks.discriminator.figures.harmony import INTERVALS
from benchmarks.discriminator.figures.shares import (
    Figures,
    deviation,
    mean,
    share,
    shares_of,
)

NAMES = ("voice 1", "voice 2", "voice 3", "voice 4")  # from the highest down
STEPS = {0: "repeats", 1: "+1", 2: "+2", -1: "-1", -2: "-2"}
PERFECT = (0, 7)


def voices_of(excerpt: Excerpt) -> Figures:
    figures: Figures = {}
    for name, notes in zip(NAMES, excerpt.voices, strict=True):
        figures |= _melody(name, notes, excerpt)
    return figures | _distances(excerpt) | _motion(excerpt)


def _melody(name: str, notes: np.ndarray, excerpt: Excerpt) -> Figures:
    """Steps, range and rhythm of one voice."""
    pitches = notes["pitch"].astype(np.int64)
    steps = np.diff(pitches)
    size, sign = np.abs(steps), np.sign(steps)
    turns_back = (sign[1:] == -sign[:-1]) & (size[1:] <= 2) & (size[1:] > 0)
    both_move = (size[1:] > 0) & (size[:-1] > 0)
    on_beat = np.isin(notes["start"], excerpt.beats.ticks)
    return {
        **shares_of(steps, STEPS, name),
        f"{name} by thirds": share((size == 3) | (size == 4)),
        f"{name} by fourths and fifths": share((size == 5) | (size == 7)),
        f"{name} by tritones": share(size == 6),
        f"{name} by more than a fifth": share(size > 7),
        f"{name} turns back after a leap": share(turns_back[size[:-1] > 4]),
        f"{name} goes on in the same direction": share((sign[1:] == sign[:-1])[both_move]),
        f"{name} range": float(np.ptp(pitches)) if len(pitches) else np.nan,
        f"{name} height": mean(pitches),
        f"{name} mean duration": mean(notes["duration"]),
        f"{name} notes off the beat": share(~on_beat),
        f"{name} share of notes": len(notes) / len(excerpt.score),
    }


def _distances(excerpt: Excerpt) -> Figures:
    """Distances between neighbouring voices, and between the outer ones, at beats."""
    sounding = voice_pitches(excerpt)  # (V, B)
    figures: Figures = {}
    for upper in range(MAX_VOICES - 1):
        apart = sounding[upper] - sounding[upper + 1]
        apart = apart[~np.isnan(apart)]
        name = f"voices {upper + 1} and {upper + 2}"
        figures |= {
            f"{name}: distance": mean(apart),
            f"{name}: deviation of the distance": deviation(apart),
            f"{name}: more than an octave": share(apart > 12),
            f"{name}: cross": share(apart < 0),
            f"{name}: a second": share(np.isin(np.abs(apart), (1, 2))),
        }
    beats = excerpt.beats
    several = beats.sounding.sum(axis=1) > 1
    outer = ((beats.highest - beats.lowest) % 12)[several]
    return {
        **figures,
        **shares_of(outer, INTERVALS, "outer voices apart by"),
        **shares_of(
            beats.sounding.sum(axis=1)[beats.sounds], {n: str(n) for n in range(1, 6)}, "pitches:"
        ),
        **_doublings(excerpt),
    }


def _doublings(excerpt: Excerpt) -> Figures:
    """Which note of a triad of four pitches is there twice."""
    beats = excerpt.beats
    four = (beats.quality >= 0) & (beats.sizes == 3) & (beats.sounding.sum(axis=1) == 4)
    pitches = np.nonzero(beats.sounding[four])[1].reshape(-1, 4)
    above = (pitches - beats.root[four][:, None]) % 12  # (T, 4)
    doubled = [int(np.bincount(row, minlength=12).argmax()) for row in above]
    return {
        "root doubled": share(np.array(doubled) == 0),
        "third doubled": share(np.isin(doubled, (3, 4))),
        "fifth doubled": share(np.isin(doubled, (6, 7, 8))),
    }


def voice_pitches(excerpt: Excerpt) -> np.ndarray:
    """Pitch of each voice at each beat, NaN where it rests: (V, B)."""
    beats = excerpt.beats.ticks
    pitches = np.full((MAX_VOICES, len(beats)), np.nan)
    for row, notes in zip(pitches, excerpt.voices, strict=True):
        if not len(notes):
            continue
        latest = np.searchsorted(notes["start"], beats, side="right") - 1
        sounds = (latest >= 0) & ((notes["start"] + notes["duration"])[latest] > beats)
        row[sounds] = notes["pitch"][latest[sounds]]
    return pitches


def _motion(excerpt: Excerpt) -> Figures:
    """Relative motion of the outer voices, and parallels of all pairs, from beat to beat."""
    beats = excerpt.beats
    pairs = beats.sounds[:-1] & beats.sounds[1:]
    bass, top = np.sign(np.diff(beats.lowest))[pairs], np.sign(np.diff(beats.highest))[pairs]
    pitches = voice_pitches(excerpt)
    moves = np.diff(pitches, axis=1)  # (V, B - 1)
    moves = moves[:, ~np.isnan(moves).any(axis=0)]
    moving = (moves != 0).sum(axis=0)
    return {
        "outer voices contrary": share(bass * top == -1),
        "outer voices similar": share(bass * top == 1),
        "outer voices oblique": share((bass == 0) != (top == 0)),
        "outer voices still": share((bass == 0) & (top == 0)),
        "voices that move": mean(moving),
        "all voices move": share(np.asarray(moving == MAX_VOICES)),
        "all voices rise or all fall": share(np.abs(np.sign(moves).sum(axis=0)) == MAX_VOICES),
        **_parallels(pitches),
    }


def _parallels(pitches: np.ndarray) -> Figures:
    """Parallel and hidden fifths and octaves of all pairs of voices: (V, B)."""
    parallel, fifths, hidden, changes = [], [], [], []
    for upper in range(MAX_VOICES):
        for lower in range(upper + 1, MAX_VOICES):
            apart = (pitches[upper] - pitches[lower]) % 12
            moves = np.diff(pitches[[upper, lower]], axis=1)
            both = (moves != 0).all(axis=0) & ~np.isnan(moves).any(axis=0)
            same = both & (apart[1:] == apart[:-1])
            parallel.append(same & (apart[1:] == 0))
            fifths.append(same & (apart[1:] == 7))
            similar = both & (np.sign(moves[0]) == np.sign(moves[1]))
            hidden.append(similar & np.isin(apart[1:], PERFECT) & (apart[1:] != apart[:-1]))
            changes.append(both)
    change_mask = np.array(changes)
    return {
        "parallel octaves": share(np.array(parallel)[change_mask]),
        "parallel fifths": share(np.array(fifths)[change_mask]),
        "hidden fifths and octaves": share(np.array(hidden)[change_mask]),
    }
