"""Hash index of all n-grams of a long code sequence.

Hash and position share 64 bits, so one sorted array answers by binary search. Different n-grams
may share a hash: callers compare the codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

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
        hashes = ngram_hashes(codes, length)
        mask = np.uint64((1 << max(len(hashes), 1).bit_length()) - 1)
        packed = (hashes & ~mask) | np.arange(len(hashes), dtype=np.uint64)
        packed.sort()
        return cls(length, packed, mask)

    def ranges(self, hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Ranges of the sorted array that share each hash: (Q,) -> starts (Q,), stops (Q,)."""
        starts = np.searchsorted(self.packed, hashes & ~self.position_mask)
        return starts, np.searchsorted(self.packed, hashes | self.position_mask, side="right")

    def positions(self, start: int, stop: int) -> np.ndarray:
        """Rising positions in a range of the sorted array: (stop - start,) int64."""
        return (self.packed[start:stop] & self.position_mask).astype(np.int64)


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
    hashes = np.zeros((*codes.shape[:-1], count), np.uint64)
    for offset in range(length if count else 0):
        hashes *= np.uint64(_MULTIPLIER)
        hashes += codes[..., offset : offset + count]
    return hashes * np.uint64(_MULTIPLIER)
