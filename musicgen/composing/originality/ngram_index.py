"""Hash index of all n-grams of a long code sequence.

Hash and position share 64 bits, so one sorted array answers by binary search. Different n-grams
may share a hash: callers compare the codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

HASHED_AT_ONCE = 2**14  # n-grams whose hashes stay in the processor's cache while computed
_MULTIPLIER = 0x9E3779B97F4A7C15  # 2^64 divided by the golden ratio


@dataclass(frozen=True, eq=False)
class NgramIndex:
    """Positions of all n-grams of one length."""

    length: int
    packed: np.ndarray  # (G,) uint64, sorted: hash in the high bits, position in the low bits
    position_mask: np.uint64

    @classmethod
    def build(cls, codes: np.ndarray, length: int) -> NgramIndex:
        """Index codes (M,); the position of an n-gram is that of its first code."""
        count = max(len(codes) - length + 1, 0)
        mask = _position_mask(count)
        packed = np.empty(count, np.uint64)
        for first in range(0, count, HASHED_AT_ONCE):
            last = min(first + HASHED_AT_ONCE, count)
            hashes = ngram_hashes(codes[first : last + length - 1], length)
            packed[first:last] = (hashes & ~mask) | np.arange(first, last, dtype=np.uint64)
        packed.sort()
        return cls(length, packed, mask)

    @classmethod
    def of_sorted(cls, packed: np.ndarray, length: int) -> NgramIndex:
        """The index whose sorted array is at hand: (G,) uint64."""
        return cls(length, packed, _position_mask(len(packed)))

    def ranges(self, hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Ranges of the sorted array that share each hash: (Q,) -> starts (Q,), stops (Q,)."""
        starts = np.searchsorted(self.packed, hashes & ~self.position_mask)
        return starts, np.searchsorted(self.packed, hashes | self.position_mask, side="right")

    def positions(self, start: int, stop: int) -> np.ndarray:
        """Rising positions in a range of the sorted array: (stop - start,) int64."""
        return (self.packed[start:stop] & self.position_mask).astype(np.int64)


def _position_mask(count: int) -> np.uint64:
    """Bits of the position of each of `count` n-grams."""
    return np.uint64((1 << max(count, 1).bit_length()) - 1)


@lru_cache(maxsize=256)
def _weights(length: int) -> np.ndarray:
    """Weights of the codes of an n-gram in its hash: (length,) uint64."""
    return np.array([pow(_MULTIPLIER, length - i, 2**64) for i in range(length)], np.uint64)


def ngram_hashes(codes: np.ndarray, length: int) -> np.ndarray:
    """Hash of every n-gram of `length` codes: (..., M) -> (..., M - length + 1) uint64."""
    codes = codes.astype(np.uint64)
    count = max(codes.shape[-1] - length + 1, 0)
    if count == 1:  # the case while composing: one weighted sum gives the same hash faster
        return (codes * _weights(length)).sum(axis=-1, keepdims=True)
    if not count:
        return np.zeros((*codes.shape[:-1], 0), np.uint64)
    return _polynomials(codes, length) * np.uint64(_MULTIPLIER)


def _polynomials(codes: np.ndarray, length: int) -> np.ndarray:
    """Polynomial of the multiplier with each `length` codes: (..., M) -> (..., M - length + 1).

    Two of half the length make one, so that the steps grow with the logarithm of the length.
    """
    if length == 1:
        return codes
    half = length // 2
    halves = _polynomials(codes, half)
    joined = halves[..., :-half] * np.uint64(pow(_MULTIPLIER, half, 2**64))
    joined += halves[..., half:]
    if length % 2:
        joined = joined[..., :-1] * np.uint64(_MULTIPLIER)
        joined += codes[..., length - 1 :]
    return joined
