"""Figures of non-chord tones: how they are reached and left, suspensions, leading notes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.discriminator.excerpts import Excerpt
from benchmarks.discriminator.figures.shares import Figures, share
from benchmarks.harmony.chords import DOMINANT_SEVENTH, QUALITIES

STEP = 2  # semitones at most
LEADING = 11  # semitones above the tonic
SEVENTHS = tuple(range(DOMINANT_SEVENTH, len(QUALITIES)))


@dataclass(frozen=True)
class _Neighbours:
    """Notes of all voices that have a note before and after in their voice."""

    notes: np.ndarray  # (N,) NOTE_DTYPE
    before: np.ndarray  # (N,) semitones from the note before
    after: np.ndarray  # (N,) semitones to the note after

    @classmethod
    def of(cls, voices: list[np.ndarray]) -> _Neighbours:
        pitches = [voice["pitch"].astype(np.int64) for voice in voices]
        return cls(
            np.concatenate([voice[1:-1] for voice in voices]),
            np.concatenate([np.diff(p)[:-1] for p in pitches]),
            np.concatenate([np.diff(p)[1:] for p in pitches]),
        )


def counterpoint_of(excerpt: Excerpt) -> Figures:
    inner = _Neighbours.of(excerpt.voices)
    beat = np.searchsorted(excerpt.beats.ticks, inner.notes["start"], side="right") - 1
    return {
        **_between_beats(excerpt, inner, beat),
        **_suspensions(excerpt, inner),
        **_resolutions(excerpt, inner, beat),
    }


def _between_beats(excerpt: Excerpt, inner: _Neighbours, beat: np.ndarray) -> Figures:
    """Notes between beats, that are in the chord of the beat before them or not."""
    beats = excerpt.beats
    off = ~np.isin(inner.notes["start"], beats.ticks) & (beats.quality[beat] >= 0)
    in_chord = (beats.masks[beat] >> inner.notes["pitch"] % 12 & 1).astype(bool)
    before, after = inner.before[off], inner.after[off]
    foreign = ~in_chord[off]
    by_step = (np.abs(before) <= STEP) & (before != 0)
    to_step = (np.abs(after) <= STEP) & (after != 0)
    same_way = np.sign(before) == np.sign(after)
    return {
        "notes between beats in the chord": share(~foreign),
        "passing notes": share((by_step & to_step & same_way)[foreign]),
        "neighbour notes": share((by_step & to_step & ~same_way)[foreign]),
        "anticipations": share((after == 0)[foreign]),
        "non-chord notes reached by leap": share((np.abs(before) > STEP)[foreign]),
        "non-chord notes left by leap": share((np.abs(after) > STEP)[foreign]),
        "passing notes of all between beats": share(by_step & to_step & same_way & foreign),
    }


def _suspensions(excerpt: Excerpt, inner: _Neighbours) -> Figures:
    """Notes held over a beat into a sonority that is no chord, and how they go on."""
    beats = excerpt.beats
    starts, ends = inner.notes["start"], inner.notes["start"] + inner.notes["duration"]
    first = np.searchsorted(beats.ticks, starts, side="right")  # the first beat after the onset
    within = first < len(beats.ticks)
    index = np.minimum(first, len(beats.ticks) - 1)
    held = within & (beats.ticks[index] < ends)
    foreign = held & (beats.quality[index] < 0)
    falls = (inner.after < 0) & (inner.after >= -STEP)
    return {
        "held over a beat": share(held),
        "held into no chord": share(foreign[held]),
        "held into no chord, then a step down": share(falls[foreign]),
    }


def _resolutions(excerpt: Excerpt, inner: _Neighbours, beat: np.ndarray) -> Figures:
    """Where the leading note, the seventh and a foreign note at a beat go."""
    beats = excerpt.beats
    on = np.isin(inner.notes["start"], beats.ticks)
    classes = inner.notes["pitch"] % 12
    leading = (classes - excerpt.key.tonic) % 12 == LEADING
    above = (classes - beats.root[beat]) % 12
    seventh = on & np.isin(beats.quality[beat], SEVENTHS) & np.isin(above, (9, 10, 11))
    falls = (inner.after < 0) & (inner.after >= -STEP)
    accented = on & (beats.quality[beat] < 0)
    return {
        "leading note rises to the tonic": share((inner.after == 1)[leading]),
        "leading note leaps": share((np.abs(inner.after) > STEP)[leading]),
        "seventh falls a step": share(falls[seventh]),
        "seventh reached by leap": share((np.abs(inner.before) > STEP)[seventh]),
        "leaps into sonorities that are no chord": share((np.abs(inner.before) > STEP)[accented]),
        "leaps into chords": share((np.abs(inner.before) > STEP)[on & ~accented]),
    }
