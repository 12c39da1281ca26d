"""Chord finding: one chord a beat, the best sequence of them by templates and a Viterbi search.

Each chord of the vocabulary has a score at each beat: the salience of its tones and its bass, less
what sounds beside them. A change of chord costs something, less where a bar begins or halves. The
sequence with the best sum is found. All is computed from the first note's pitch class upwards, so
that a transposed piece has the transposed chords.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from musicgen.score import Score
from musicgen.theory.harmony.beats import beat_ticks
from musicgen.theory.harmony.salience import Salience, salience
from musicgen.theory.harmony.vocabulary import CHORD_MASKS, NONE, QUALITIES, Chord, chord_symbol

TONE_WEIGHTS = (1.6, 1.3, 1.0, 0.9)  # of root, third (or fourth), fifth, seventh
OUTSIDE_WEIGHT = -1.2  # of a pitch class beside the chord
MISSING_WEIGHT = 0.25  # of each tone of a chord, so that a seventh is not a triad with more
BASS_WEIGHTS = (1.5, 0.5, 0.2, 0.3)  # of root, third, fifth, seventh
QUALITY_SCORES = (0.0, 0.0, -0.6, -0.9, -0.2, -0.4, -0.3, -0.5, -0.6, -0.5)
NO_CHORD_SCORE = 0.05  # at a beat; chords have 0 where nothing sounds
CHANGE_COSTS = (0.8, 1.1, 1.6)  # at a bar line, in the middle of a bar, at other beats


@dataclass(frozen=True, eq=False)
class ChordTrack:
    """Chords at the B beats of a piece, from the first bar line to the end."""

    ticks: np.ndarray  # (B,) int64, in which the beats begin
    roots: np.ndarray  # (B,) int8, pitch classes, NONE for no chord
    qualities: np.ndarray  # (B,) int8, indices in QUALITY_NAMES, NONE for no chord

    def __len__(self) -> int:
        return len(self.ticks)

    @cached_property
    def masks(self) -> np.ndarray:
        """Pitch classes as bits, bit 0 is C, 0 for no chord: (B,) int16."""
        return np.asarray(CHORD_MASKS[self.roots, self.qualities])

    @property
    def chords(self) -> list[Chord]:
        """The chords, each with its root as its bass."""
        rows = zip(self.roots.tolist(), self.masks.tolist(), strict=True)
        return [Chord(root, mask, root) for root, mask in rows]

    @property
    def changes(self) -> list[tuple[int, Chord]]:
        """The chords where they change, each with its tick."""
        both = zip(self.ticks.tolist(), self.chords, strict=True)
        chords = [*both]
        return [
            (tick, chord)
            for number, (tick, chord) in enumerate(chords)
            if not number or chord != chords[number - 1][1]
        ]

    @property
    def symbols(self) -> list[str]:
        """Symbols of the chords: `Am7`, `N.C.` for no chord."""
        rows = zip(self.roots.tolist(), self.masks.tolist(), strict=True)
        return [chord_symbol(root, mask) for root, mask in rows]


def chord_track(score: Score) -> ChordTrack:
    """Find the chord at each beat of a score. Drums do not count."""
    score = score.pitched
    ticks = beat_ticks(score, score.end)
    if not len(ticks):
        none = np.zeros(0, np.int8)
        return ChordTrack(ticks, none, none)
    features = salience(score.notes, np.append(ticks, score.end))
    states = _best_path(_chord_scores(features), _change_costs(score, ticks))
    qualities = np.where(states == len(_templates()[0]), NONE, states % len(QUALITIES))
    roots = np.where(qualities == NONE, NONE, (states // len(QUALITIES) + features.origin) % 12)
    return ChordTrack(ticks, roots.astype(np.int8), qualities.astype(np.int8))


@lru_cache(maxsize=1)
def _templates() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights of what sounds, of the bass, and a constant, by chord: (C, 12), (C, 12), (C,)."""
    tones = np.full((len(QUALITIES), 12), OUTSIDE_WEIGHT)
    bass = np.zeros((len(QUALITIES), 12))
    for quality, intervals in enumerate(QUALITIES.values()):
        for interval, tone, low in zip(intervals, TONE_WEIGHTS, BASS_WEIGHTS, strict=False):
            tones[quality, interval] = tone
            bass[quality, interval] = low
    sizes = np.array([len(intervals) for intervals in QUALITIES.values()])
    constant = np.array(QUALITY_SCORES) - MISSING_WEIGHT * sizes
    all_roots = [
        np.concatenate([np.roll(weights, root, axis=1) for root in range(12)])
        for weights in (tones, bass)
    ]
    return all_roots[0], all_roots[1], np.tile(constant, 12)


def _chord_scores(features: Salience) -> np.ndarray:
    """Score of each chord, root by root, and of no chord, at each beat: (B, C + 1)."""
    tones, bass, constant = _templates()
    scores = features.sounding @ tones.T + features.bass @ bass.T + constant
    silent = ~features.sounding.any(axis=1)
    scores[silent] = 0.0
    return np.column_stack((scores, np.full(len(scores), NO_CHORD_SCORE)))


def _change_costs(score: Score, ticks: np.ndarray) -> np.ndarray:
    """Cost of a change of chord at each beat: (B,)."""
    if score.is_performance:
        return np.full(len(ticks), CHANGE_COSTS[-1])
    _, position, length = score.bar_positions(ticks)
    strength = np.where(position == 0, 0, np.where(2 * position == length, 1, 2))
    return np.asarray(CHANGE_COSTS)[strength]


def _best_path(scores: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """The sequence of states with the best sum of scores less the costs of changes: (B,).

    scores: (B, S). costs: of a change before each beat, (B,).
    """
    best = scores[0]
    froms = []  # state before each state
    stay = np.arange(scores.shape[1])
    for row, cost in zip(scores[1:], costs[1:].tolist(), strict=True):
        leader = int(best.argmax())
        changed = best[leader] - cost
        is_change = best < changed
        froms.append(np.where(is_change, leader, stay))
        best = np.where(is_change, changed, best) + row
    path = [int(best.argmax())]
    for before in reversed(froms):
        path.append(int(before[path[-1]]))
    return np.array(path[::-1])
