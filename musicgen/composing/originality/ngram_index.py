"""Runs of a fixed number of codes, hashed and sorted: where do they stand?

Hash and place share 64 bits, so that one sorted array answers with a binary search. Different
runs may share a hash: whoever asks compares the codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

_ODD = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio
_WORD = 2**64 - 1


@dataclass(frozen=True, eq=False)
class NgramIndex:
    """All runs of `length` codes of a long sequence."""

    length: int
    entries: np.ndarray  # (G,) uint64, sorted: the hash above, the place below
    places: np.uint64  # the bits of the place

    @classmethod
    def build(cls, codes: np.ndarray, length: int) -> NgramIndex:
        """Of codes (M,); the place of a run is that of its first code."""
        hashes = gram_hashes(codes, length)
        places = np.uint64((1 << max(len(hashes), 1).bit_length()) - 1)
        entries = (hashes & ~places) | np.arange(len(hashes), dtype=np.uint64)
        entries.sort()
        return cls(length, entries, places)

    def spans(self, hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which entries share each hash: from (Q,) up to (Q,)."""
        low = np.searchsorted(self.entries, hashes & ~self.places)
        return low, np.searchsorted(self.entries, hashes | self.places, side="right")

    def at(self, low: int, high: int) -> np.ndarray:
        """The places of entries, rising: (high - low,) int64."""
        return (self.entries[low:high] & self.places).astype(np.int64)


@lru_cache(maxsize=256)
def _powers(length: int) -> np.ndarray:
    """What each code of a run counts for in its hash: (length,) uint64."""
    return np.array([pow(_ODD, length - at, 2**64) for at in range(length)], np.uint64)


def gram_hashes(codes: np.ndarray, length: int) -> np.ndarray:
    """A hash of every run of `length` codes: (..., M) -> (..., M - length + 1) uint64."""
    codes = codes.astype(np.uint64)
    count = max(codes.shape[-1] - length + 1, 0)
    if count == 1:  # as while composing: the same in one go
        return (codes * _powers(length)).sum(axis=-1, keepdims=True)
    hashes = np.zeros((*codes.shape[:-1], count), np.uint64)
    for offset in range(length if count else 0):
        hashes *= np.uint64(_ODD)
        hashes += codes[..., offset : offset + count]
    return hashes * np.uint64(_ODD)
