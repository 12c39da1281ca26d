"""Figures of the chords at beats: what they are, where they stand in the key, where they lead."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from benchmarks.discriminator.excerpts import Excerpt
from benchmarks.discriminator.figures.shares import (
    Figures,
    entropy,
    repeated_share,
    share,
    shares_of,
)
from benchmarks.harmony.chords import (
    DOMINANT_SEVENTH,
    MAJOR,
    MINOR,
    QUALITIES,
    Chords,
)
from musicgen.theory.keys import Key

DEGREES = dict(enumerate("1 b2 2 b3 3 4 b5 5 b6 6 b7 7".split()))
INTERVALS = {number: str(number) for number in range(12)}  # semitones
INVERSIONS = {0: "root", 3: "third", 4: "third", 6: "fifth", 7: "fifth", 8: "fifth"}


def harmony_of(excerpt: Excerpt) -> Figures:
    return {
        **_chords(excerpt.beats),
        **_in_key(excerpt.beats, excerpt.key),
        **_motion(excerpt.beats, excerpt.key),
        **_places(excerpt),
    }


def _chords(beats: Chords) -> Figures:
    """Kinds, sizes, inversions and dissonance of the chords."""
    sounds = beats.sounds
    quality, is_chord = beats.quality[sounds], beats.quality >= 0
    above = ((beats.bass - beats.root) % 12)[is_chord]
    return {
        **shares_of(quality, {-1: "none", **dict(enumerate(QUALITIES))}, "chord:"),
        **shares_of(beats.sizes[sounds], {n: str(n) for n in range(1, 7)}, "pitch classes:"),
        "bass: root": share(above == 0),
        "bass: third": share(np.isin(above, (3, 4))),
        "bass: fifth": share(np.isin(above, (6, 7, 8))),
        "bass: seventh": share(np.isin(above, (9, 10, 11))),
        "semitone at beats": share(_has_interval(beats.masks[sounds], 1)),
        "tritone at beats": share(_has_interval(beats.masks[sounds], 6)),
        "whole tone at beats": share(_has_interval(beats.masks[sounds], 2)),
        "no third at beats": share(
            ~_has_interval(beats.masks[sounds], 3) & ~_has_interval(beats.masks[sounds], 4)
        ),
    }


def _in_key(beats: Chords, key: Key) -> Figures:
    """Degrees of the key on which chords and the bass stand."""
    is_chord = beats.quality >= 0
    degree = (beats.root - key.tonic) % 12
    bass = (beats.bass - key.tonic) % 12
    named = list(zip(degree[is_chord].tolist(), beats.quality[is_chord].tolist(), strict=True))
    on_fifth = degree[is_chord] == 7
    return {
        **shares_of(degree[is_chord], DEGREES, "chord on"),
        **shares_of(bass[beats.sounds], DEGREES, "bass on"),
        "major of chords on 5": share(
            np.isin(beats.quality[is_chord], (MAJOR, DOMINANT_SEVENTH))[on_fifth]
        ),
        "entropy of chords": entropy(named),
        "entropy of chord pairs": entropy(list(pairwise(named))),
        "chord triples repeated": repeated_share(
            list(zip(named, named[1:], named[2:], strict=False))
        ),
    }


def _motion(beats: Chords, key: Key) -> Figures:
    """Motion of roots and of the bass between successive beats."""
    quality, root = beats.quality, beats.root
    both = (quality[:-1] >= 0) & (quality[1:] >= 0)
    sounds = beats.sounds[:-1] & beats.sounds[1:]
    motion = ((root[1:] - root[:-1]) % 12)[both]
    dominant = np.isin(quality, (MAJOR, DOMINANT_SEVENTH)) & ((root - key.tonic) % 12 == 7)
    tonic = np.isin(quality, (MAJOR, MINOR)) & (root == key.tonic)
    at_root = beats.bass == root
    same = (quality[1:] == quality[:-1])[both] & (motion == 0)
    return {
        **shares_of(motion, INTERVALS, "root moves by"),
        **shares_of((np.diff(beats.lowest) % 12)[sounds], INTERVALS, "bass moves by"),
        "dominant to tonic": share((dominant[:-1] & tonic[1:])[sounds]),
        "dominant to tonic in root position": share(
            (dominant[:-1] & tonic[1:] & at_root[:-1] & at_root[1:])[sounds]
        ),
        "dominant resolves": share(tonic[1:][dominant[:-1]]),
        "chord stays": share(same),
        "pitch classes stay": share((beats.masks[1:] == beats.masks[:-1])[sounds]),
        "chord after no chord": share((quality[1:] >= 0)[sounds & (quality[:-1] < 0)]),
    }


def _places(excerpt: Excerpt) -> Figures:
    """Chords on the first beat of a bar, on other beats, and between beats."""
    beats, onsets = excerpt.beats, excerpt.onsets
    is_first = excerpt.score.bar_positions(beats.ticks)[1] == 0
    sounds, off = beats.sounds, ~excerpt.is_on_beat
    is_chord, is_tonic = beats.quality >= 0, beats.root == excerpt.key.tonic
    changed = np.append(True, beats.masks[1:] != beats.masks[:-1])
    return {
        "chord on first beats": share(is_chord[sounds & is_first]),
        "chord on other beats": share(is_chord[sounds & ~is_first]),
        "chord between beats": share((onsets.quality >= 0)[off]),
        "tonic on first beats": share(is_tonic[sounds & is_first]),
        "new chord on first beats": share(changed[sounds & is_first]),
        "new chord on other beats": share(changed[sounds & ~is_first]),
        "semitone between beats": share(_has_interval(onsets.masks[off], 1)),
        "root position on first beats": share((beats.bass == beats.root)[sounds & is_first]),
    }


def _has_interval(masks: np.ndarray, semitones: int) -> np.ndarray:
    """Whether two pitch classes of a set are so far apart, either way round: (B,) -> (B,)."""
    rotated = (masks << semitones | masks >> (12 - semitones)) & 0xFFF
    return (masks & rotated) != 0
