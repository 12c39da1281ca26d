"""Figures of harmony of a set of pieces, over the first 220 notes of each.

All are of the pieces together: the beats (or steps) of a kind in all pieces, divided by all beats
(or steps). Beats at which nothing sounds do not count. Drums are left out. `FIGURES` has the
definitions; what a chord, a root and a beat are is written in `benchmarks/harmony/chords.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from benchmarks.harmony.chords import (
    DOMINANT_SEVENTH,
    FIRST_SEVENTH,
    MAJOR,
    MINOR,
    Chords,
    chords_at_beats,
    chords_at_onsets,
)
from musicgen.score import Score
from musicgen.theory.keys import Key, find_keys

NOTES = 220  # from the beginning of a piece
FIFTH, FOURTH = 7, 5  # semitones
PERFECT = (0, FIFTH)

# Krumhansl and Kessler's profiles, music21's `KrumhanslSchmuckler`: (2, 12) mode, semitones above
# the tonic. They find 43 % of Bach's chorales in minor; Aarden and Essen's, those of
# `theory/keys.py`, find 47 %, and more in music that is vague about its key.
KRUMHANSL_PROFILES = np.array(
    [
        [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
        [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
    ]
)

FIGURES = {
    "chord": "beats with a triad or seventh chord, complete and with no other pitch class",
    "root position": "beats with a chord whose root is the lowest note",
    "three pitch classes": "beats with exactly three pitch classes",
    "dominant to tonic": "pairs of successive beats: a major triad or dominant seventh on the "
    "fifth degree, then a major or minor triad on the first",
    "rising fourth": "pairs of successive beats with chords: the root rises a fourth or falls "
    "a fifth",
    "minor": "pieces in minor by Krumhansl and Kessler's profiles",
    "soprano falls a step": "steps of the soprano by 1 or 2 semitones down, of all its steps, "
    "repeated notes included; the soprano is each note above which nothing sounds as it begins",
    "first inversion": "beats with a chord whose third is the lowest note",
    "second inversion": "beats with a chord whose fifth is the lowest note",
    "seventh chord": "beats with a seventh chord",
    "tonic chord": "beats with a chord on the key's first degree",
    "dominant chord": "beats with a chord on the key's fifth degree",
    "chord in key": "beats with a chord of which all notes are in the key (harmonic or natural "
    "minor)",
    "same chord": "pairs of successive beats with chords: the same root and quality",
    "root by step": "pairs of successive beats with chords: roots 1 or 2 semitones apart",
    "parallels": "pairs of successive beats at which as many pitches sound, two or more and not "
    "the same: two voices that both move are a fifth, octave or unison apart in both",
    "contrary outer voices": "pairs of successive beats at which bass and soprano both move: "
    "in opposite directions",
    "soprano repeats": "steps of the soprano that repeat a note",
    "bass leaps": "pairs of successive beats between which the lowest note moves: by 5 semitones "
    "or more",
    "minor, Aarden": "pieces in minor by Aarden and Essen's profiles, those of theory/keys.py",
    "crossing": "beats at which a part sounds above one that is higher on average, of pieces in "
    "parts with one note at a time",
}

Tally = dict[str, tuple[int, int]]  # by figure: how many, of how many


def harmony_figures(scores: Sequence[Score]) -> dict[str, float]:
    """All FIGURES of a set of scores, on the grid; NaN where there is nothing to count."""
    beginnings = [beginning(score) for score in scores]
    beginnings = [score for score in beginnings if len(score)]
    keys = find_keys(beginnings, KRUMHANSL_PROFILES)
    tallies = [tally(s, key) for s, key in zip(beginnings, keys, strict=True) if key]
    tallies += [{"minor, Aarden": (key.mode == "minor", 1)} for key in find_keys(beginnings) if key]
    return _pooled(tallies) | crossing_figure(scores)


def crossing_figure(scores: Iterable[Score]) -> dict[str, float]:
    """The figure of FIGURES for which the parts of the pieces must be known."""
    return {"crossing": _pooled([_crossing(beginning(s)) for s in scores])["crossing"]}


def beginning(score: Score) -> Score:
    """The first NOTES notes without drums."""
    score = score.pitched
    return replace(score, notes=score.notes[:NOTES])


def tally(score: Score, key: Key) -> Tally:
    """What a piece counts towards each figure but those of Aarden's keys and of the parts."""
    chords = chords_at_beats(score)
    return {
        "minor": (key.mode == "minor", 1),
        **_at_beats(chords, key),
        **_between_beats(chords, key),
        **_between_pitches(chords),
        **_soprano(score),
    }


def _at_beats(chords: Chords, key: Key) -> Tally:
    of = int(chords.sounds.sum())
    is_chord = chords.quality >= 0
    above = (chords.bass - chords.root) % 12  # semitones from the root up to the bass
    degree = (chords.root - key.tonic) % 12
    masks = {
        "chord": is_chord,
        "root position": is_chord & (above == 0),
        "first inversion": is_chord & np.isin(above, (3, 4)),
        "second inversion": is_chord & np.isin(above, (6, 7, 8)),
        "seventh chord": chords.quality >= FIRST_SEVENTH,
        "three pitch classes": chords.sizes == 3,
        "tonic chord": is_chord & (degree == 0),
        "dominant chord": is_chord & (degree == FIFTH),
        "chord in key": is_chord & _in_key(chords.masks, key),
    }
    return {name: (int(mask.sum()), of) for name, mask in masks.items()}


def _in_key(masks: np.ndarray, key: Key) -> np.ndarray:
    """Whether sets of pitch classes lie within the scale, or one of two in minor: (B,) -> (B,)."""
    scales = {
        "major": [(0, 2, 4, 5, 7, 9, 11)],
        "minor": [(0, 2, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 8, 11)],
    }[key.mode]
    outside = [0xFFF & ~sum(1 << (key.tonic + degree) % 12 for degree in scale) for scale in scales]
    return np.any([(masks & bits) == 0 for bits in outside], axis=0)


def _between_beats(chords: Chords, key: Key) -> Tally:
    sounds, quality, root = chords.sounds, chords.quality, chords.root
    pairs = sounds[:-1] & sounds[1:]
    both = (quality[:-1] >= 0) & (quality[1:] >= 0)
    motion = (root[1:] - root[:-1]) % 12
    dominant = np.isin(quality, (MAJOR, DOMINANT_SEVENTH)) & (root == (key.tonic + FIFTH) % 12)
    tonic = np.isin(quality, (MAJOR, MINOR)) & (root == key.tonic)
    of = int(both.sum())
    return {
        "dominant to tonic": (int((dominant[:-1] & tonic[1:]).sum()), int(pairs.sum())),
        "rising fourth": (int((both & (motion == FOURTH)).sum()), of),
        "same chord": (int((both & (motion == 0) & (quality[1:] == quality[:-1])).sum()), of),
        "root by step": (int((both & np.isin(motion, (1, 2, 10, 11))).sum()), of),
    }


def _between_pitches(chords: Chords) -> Tally:
    sounds = chords.sounds[:-1] & chords.sounds[1:]
    bass, soprano = np.diff(chords.lowest), np.diff(chords.highest)
    outer = sounds & (bass != 0) & (soprano != 0) & (chords.sounding.sum(axis=1)[1:] > 1)
    contrary = outer & (np.sign(bass) == -np.sign(soprano))
    moves = sounds & (bass != 0)
    return {
        "contrary outer voices": (int(contrary.sum()), int(outer.sum())),
        "bass leaps": (int((moves & (np.abs(bass) >= FOURTH)).sum()), int(moves.sum())),
        "parallels": _parallels(chords.sounding),
    }


def _parallels(sounding: np.ndarray) -> tuple[int, int]:
    """Changes with parallels, and all changes between as many pitches: (B, 128) bool."""
    parallels = changes = 0
    for before, after in pairwise(sounding):
        low, high = np.flatnonzero(before), np.flatnonzero(after)
        if len(low) != len(high) or len(low) < 2 or (low == high).all():
            continue
        changes += 1
        moves = low != high
        first, second = (np.subtract.outer(pitches, pitches) % 12 for pitches in (low, high))
        perfect = (first == second) & np.isin(first, PERFECT) & np.logical_and.outer(moves, moves)
        parallels += bool(np.tril(perfect, -1).any())
    return parallels, changes


def _soprano(score: Score) -> Tally:
    steps = np.diff(soprano(score))
    return {
        "soprano falls a step": (int(np.isin(steps, (-1, -2)).sum()), len(steps)),
        "soprano repeats": (int((steps == 0).sum()), len(steps)),
    }


def soprano(score: Score) -> np.ndarray:
    """Pitches of the notes above which nothing sounds as they begin, in order: (S,)."""
    highest = chords_at_onsets(score).highest
    _, first = np.unique(score.notes["start"], return_index=True)
    last = np.append(first[1:], len(score)) - 1  # the highest of an onset comes last
    begun = score.notes["pitch"][last].astype(np.int64)
    return begun[begun == highest]


def _crossing(score: Score) -> Tally:
    """Beats at which parts cross, and beats with two parts or more, where parts are voices."""
    notes, beats = score.notes, chords_at_beats(score).ticks
    voices = [notes[notes["part"] == part] for part in np.unique(notes["part"])]
    overlapping = [(v["start"][1:] < (v["start"] + v["duration"])[:-1]).any() for v in voices]
    if len(voices) < 2 or any(overlapping):
        return {"crossing": (0, 0)}
    voices.sort(key=lambda voice: float(np.average(voice["pitch"], weights=voice["duration"])))
    pitches = np.full((len(voices), len(beats)), np.nan)  # (V, B)
    for row, voice in zip(pitches, voices, strict=True):
        note = np.searchsorted(voice["start"], beats, side="right") - 1
        sounds = (note >= 0) & ((voice["start"] + voice["duration"])[note] > beats)
        row[sounds] = voice["pitch"][note[sounds]]
    several = (~np.isnan(pitches)).sum(axis=0) > 1
    highest_below = np.fmax.accumulate(pitches, axis=0)[:-1]
    crosses = (highest_below > pitches[1:]).any(axis=0)
    return {"crossing": (int(crosses.sum()), int(several.sum()))}


def _pooled(tallies: Sequence[Tally]) -> dict[str, float]:
    """Sums of the counts, divided, in the order of FIGURES."""
    counts, of = dict.fromkeys(FIGURES, 0), dict.fromkeys(FIGURES, 0)
    for one in tallies:
        for name, (count, number) in one.items():
            counts[name] += count
            of[name] += number
    return {name: counts[name] / of[name] if of[name] else math.nan for name in FIGURES}
