"""Pieces that are the same music under two names, in whatever key.

Two pieces are near-duplicates where they share enough *runs*: eight notes in a row, in order
of onset and pitch, known by the seven intervals between them and so the same in every key.
On the chorales a share of 0.3 is where one melody in two like settings (BWV 271 and 244.54)
parts from one melody in two different ones, and chance alone stays under 0.1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicgen.score import Score

RUN_NOTES = 8
SHARE = 0.3  # of the runs of the piece that has fewer of them
FEWEST_SHARED = 4  # runs: fewer are chance in a short piece, unless all are shared
MOST_NOTES = 4096  # of a piece that are looked at
# A run that many pieces hold says little and would make the cost grow with their square: each
# piece is compared with the next few that hold it. Copies still meet, each with the next.
NEIGHBOURS = 16

_INTERVAL_BITS = 8
assert _INTERVAL_BITS * (RUN_NOTES - 1) < 63  # so that a run packs into one int64


def near_duplicates(scores: Sequence[Score]) -> list[int]:
    """A group number for each piece, from 0 in order of appearance; near-duplicates share one.

    Groups are the connected pieces: two may share a group through a third. The cost grows
    in proportion to the number of notes.
    """
    runs, pieces = _runs(scores)  # (R,), (R,) one row for each run that a piece holds
    sizes = np.bincount(pieces, minlength=len(scores))
    pairs, shared = _shared_runs(runs, pieces, len(scores))  # (P, 2), (P,)
    fewer = sizes[pairs].min(axis=1)
    alike = (shared >= SHARE * fewer) & ((shared >= FEWEST_SHARED) | (shared == fewer))
    return _groups(len(scores), pairs[alike].tolist())


def _runs(scores: Sequence[Score]) -> tuple[np.ndarray, np.ndarray]:
    """Every distinct run of every piece, sorted by run and then by piece."""
    pitches = [_pitches(score) for score in scores]
    lengths = np.array([len(each) for each in pitches], np.int64)
    if not lengths.sum():
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    owner = np.repeat(np.arange(len(scores)), lengths)  # (N,)
    steps = np.diff(np.concatenate(pitches)) + 2 ** (_INTERVAL_BITS - 1)  # (N - 1,)
    steps[owner[1:] != owner[:-1]] = 0  # no interval is packed as 0: the end of a piece
    packed = np.zeros(max(0, len(steps) - RUN_NOTES + 2), np.int64)
    whole = np.ones(len(packed), dtype=bool)
    for offset in range(RUN_NOTES - 1):
        step = steps[offset : offset + len(packed)]
        packed = (packed << _INTERVAL_BITS) | step
        whole &= step > 0
    _, run = np.unique(packed[whole], return_inverse=True)
    key = np.unique(run * len(scores) + owner[: len(packed)][whole])
    return key // len(scores), key % len(scores)


def _pitches(score: Score) -> np.ndarray:
    """Pitches in order of onset, unisons once: (N,) int64."""
    notes = score.notes[:MOST_NOTES]
    again = (np.diff(notes["start"]) == 0) & (np.diff(notes["pitch"]) == 0)
    return np.delete(notes["pitch"], np.flatnonzero(again) + 1).astype(np.int64)


def _shared_runs(runs: np.ndarray, pieces: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of pieces (P, 2) and how many runs each pair shares (P,)."""
    keys, times = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for lag in range(1, NEIGHBOURS + 1):
        same = np.flatnonzero(runs[lag:] == runs[:-lag])
        if not len(same):
            break
        key, number = np.unique(pieces[same] * count + pieces[same + lag], return_counts=True)
        keys.append(key)
        times.append(number)
    key, inverse = np.unique(np.concatenate(keys), return_inverse=True)
    shared = np.bincount(inverse, np.concatenate(times), minlength=len(key)).astype(np.int64)
    return np.stack([key // max(1, count), key % max(1, count)], axis=1), shared


def _groups(count: int, pairs: list[list[int]]) -> list[int]:
    """The connected pieces' group numbers, by union and find."""
    leader = list(range(count))

    def find(piece: int) -> int:
        while leader[piece] != piece:
            leader[piece] = leader[leader[piece]]
            piece = leader[piece]
        return piece

    for first, second in pairs:
        low, high = sorted((find(first), find(second)))
        leader[high] = low
    numbers: dict[int, int] = {}
    return [numbers.setdefault(find(piece), len(numbers)) for piece in range(count)]
