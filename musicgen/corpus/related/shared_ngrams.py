"""N-grams of intervals that pieces share, and the groups that follow: in linear time."""

from __future__ import annotations

import numpy as np

MIN_SHARED = 4  # n-grams; fewer may be chance in a short piece, unless all are shared
# An n-gram of many pieces tells little and would make the cost quadratic: a piece is compared only
# with the next pieces that contain it. Copies are still connected, one with the next.
MAX_NEIGHBOURS = 16
PAIRS_AT_ONCE = 2**16  # as Python's numbers, which take ten times the memory


def pack_ngrams(intervals: np.ndarray, length: int, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """N-grams of `length` intervals, each as one int64, and the mask of those within a piece.

    intervals: of all pieces, one after another: (N,), from 1 to 2 ** bits - 1; 0 between two
    pieces. Returns (N - length + 1,) twice.
    """
    if bits * length > 63:
        raise ValueError(f"{length} intervals of {bits} bits do not fit in one int64")
    packed = np.zeros(max(0, len(intervals) - length + 1), np.int64)
    within_piece = np.ones(len(packed), dtype=bool)
    for offset in range(length):
        interval = intervals[offset : offset + len(packed)]
        packed = (packed << bits) | interval
        within_piece &= interval > 0
    return packed, within_piece


def sharing_pairs(
    ngrams: np.ndarray, pieces: np.ndarray, count: int, min_share: float
) -> np.ndarray:
    """Pairs of pieces that share enough distinct n-grams: (P, 2).

    ngrams, pieces: an n-gram and the number of its piece, from 0 to count - 1, in order of the
    pieces: (N,), (N,). min_share: of the distinct n-grams of the piece that has fewer.
    """
    ngrams, pieces = distinct_ngrams(ngrams, pieces)
    sizes = np.bincount(pieces, minlength=count)
    pairs, shared = count_shared(ngrams, pieces, count)  # (P, 2), (P,)
    return pairs[share_enough(shared, sizes[pairs].min(axis=1), min_share)]


def share_enough(shared: np.ndarray, smaller: np.ndarray, min_share: float) -> np.ndarray:
    """Whether pairs share enough n-grams of the piece that has fewer: (P,), (P,) -> (P,) bool."""
    return (shared >= min_share * smaller) & (shared >= np.minimum(MIN_SHARED, smaller))


def connected_groups(count: int, pairs: np.ndarray) -> list[int]:
    """Group numbers of the pieces, from 0 in order of appearance, by union-find over the pairs."""
    parents = list(range(count))

    def find_root(piece: int) -> int:
        while parents[piece] != piece:
            parents[piece] = parents[parents[piece]]
            piece = parents[piece]
        return piece

    for at in range(0, len(pairs), PAIRS_AT_ONCE):
        for first, second in pairs[at : at + PAIRS_AT_ONCE].tolist():
            low, high = sorted((find_root(first), find_root(second)))
            parents[high] = low
    group_numbers: dict[int, int] = {}
    return [
        group_numbers.setdefault(find_root(piece), len(group_numbers)) for piece in range(count)
    ]


def distinct_ngrams(ngrams: np.ndarray, pieces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct pairs of n-gram (R,) and piece (R,), in order of n-gram and then of piece."""
    order = np.argsort(ngrams, kind="stable")
    ngrams, pieces = ngrams[order], pieces[order]
    first = np.ones(len(ngrams), dtype=bool)
    first[1:] = (ngrams[1:] != ngrams[:-1]) | (pieces[1:] != pieces[:-1])
    return ngrams[first], pieces[first]


def count_shared(
    ngrams: np.ndarray, pieces: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of pieces (P, 2), rising, and the numbers of n-grams that they share (P,).

    ngrams, pieces: the result of `distinct_ngrams`, or the part of it with some of the n-grams:
    the numbers of several such parts add up to those of the whole.
    """
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
