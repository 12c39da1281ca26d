"""Near-duplicates: pieces that are the same music under different names, in any key.

Two pieces are near-duplicates if they share enough n-grams: INTERVALS intervals between the
pitches of consecutive notes, in order of onset and pitch, which do not depend on the key. On the
chorales a share of 0.3 separates one melody in two similar settings (BWV 271 and 244.54) from one
melody in two different settings; the share by chance is below 0.1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicgen.score import Score

INTERVALS = 7  # of an n-gram, between 8 notes
MIN_SHARE = 0.3  # of the n-grams of the piece that has fewer
MIN_SHARED = 4  # n-grams; fewer may be chance in a short piece, unless all are shared
MAX_NOTES = 4096  # of a piece that are compared
# An n-gram of many pieces tells little and would make the cost quadratic: a piece is compared only
# with the next pieces that contain it. Copies are still connected, one with the next.
MAX_NEIGHBOURS = 16

_INTERVAL_BITS = 8
assert _INTERVAL_BITS * INTERVALS < 63  # an n-gram fits in one int64


def near_duplicates(scores: Sequence[Score]) -> list[int]:
    """Group numbers of the pieces, from 0 in order of appearance; near-duplicates share one.

    Groups are connected components: two pieces may share a group through a third. The cost is
    linear in the number of notes.
    """
    ngrams, pieces = _ngrams(scores)  # (R,), (R,) distinct pairs of n-gram and piece
    sizes = np.bincount(pieces, minlength=len(scores))
    pairs, shared = _shared_ngrams(ngrams, pieces, len(scores))  # (P, 2), (P,)
    smaller = sizes[pairs].min(axis=1)
    enough = (shared >= MIN_SHARED) | (shared == smaller)
    return _groups(len(scores), pairs[(shared >= MIN_SHARE * smaller) & enough].tolist())


def _ngrams(scores: Sequence[Score]) -> tuple[np.ndarray, np.ndarray]:
    """Distinct pairs of n-gram (R,) and piece (R,), in order of n-gram and then of piece."""
    pitches = [_pitches(score) for score in scores]
    lengths = np.array([len(row) for row in pitches], np.int64)
    if not lengths.sum():
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    owner = np.repeat(np.arange(len(scores)), lengths)  # (N,)
    intervals = np.diff(np.concatenate(pitches)) + 2 ** (_INTERVAL_BITS - 1)  # (N - 1,) above 0
    intervals[owner[1:] != owner[:-1]] = 0  # between two pieces
    packed = np.zeros(max(0, len(intervals) - INTERVALS + 1), np.int64)
    within_piece = np.ones(len(packed), dtype=bool)
    for offset in range(INTERVALS):
        interval = intervals[offset : offset + len(packed)]
        packed = (packed << _INTERVAL_BITS) | interval
        within_piece &= interval > 0
    _, ngram = np.unique(packed[within_piece], return_inverse=True)
    pairs = np.unique(ngram * len(scores) + owner[: len(packed)][within_piece])
    return pairs // len(scores), pairs % len(scores)


def _pitches(score: Score) -> np.ndarray:
    """Pitches in order of onset, drums and unisons left out: (N,) int64."""
    notes = score.on_grid().pitched.notes[:MAX_NOTES]
    unison = (np.diff(notes["start"]) == 0) & (np.diff(notes["pitch"]) == 0)
    return np.delete(notes["pitch"], np.flatnonzero(unison) + 1).astype(np.int64)


def _shared_ngrams(
    ngrams: np.ndarray, pieces: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of pieces (P, 2), and the numbers of n-grams that they share (P,)."""
    keys, counts = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for lag in range(1, MAX_NEIGHBOURS + 1):
        same = np.flatnonzero(ngrams[lag:] == ngrams[:-lag])
        if not len(same):
            break
        key, number = np.unique(pieces[same] * count + pieces[same + lag], return_counts=True)
        keys.append(key)
        counts.append(number)
    key, inverse = np.unique(np.concatenate(keys), return_inverse=True)
    shared = np.bincount(inverse, np.concatenate(counts), minlength=len(key)).astype(np.int64)
    return np.stack([key // max(1, count), key % max(1, count)], axis=1), shared


def _groups(count: int, pairs: list[list[int]]) -> list[int]:
    """Group numbers of the pieces, by union-find over the pairs."""
    parents = list(range(count))

    def find_root(piece: int) -> int:
        while parents[piece] != piece:
            parents[piece] = parents[parents[piece]]
            piece = parents[piece]
        return piece

    for first, second in pairs:
        low, high = sorted((find_root(first), find_root(second)))
        parents[high] = low
    group_numbers: dict[int, int] = {}
    return [
        group_numbers.setdefault(find_root(piece), len(group_numbers)) for piece in range(count)
    ]
