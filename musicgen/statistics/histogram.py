"""Counting over a collection: what is counted, how often, and in how many pieces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Histogram:
    """How often each value of something occurs."""

    values: np.ndarray  # (B,) in the unit of what is counted
    labels: tuple[str, ...]  # the values in a musician's words
    counts: np.ndarray  # (B,) int64
    having: tuple[np.ndarray, ...]  # for each value the numbers of the pieces that have it
    total: int  # of all counts, those left out by `only` and `most_frequent` too

    def __len__(self) -> int:
        return len(self.values)

    @property
    def shares(self) -> np.ndarray:
        """Of the total, from 0 to 1: (B,)."""
        return self.counts / max(self.total, 1)

    @property
    def pieces(self) -> np.ndarray:
        """In how many pieces each value occurs: (B,)."""
        return np.array([len(numbers) for numbers in self.having], dtype=np.int64)

    def select(self, chosen: np.ndarray) -> Histogram:
        """The values at some places, or where a mask is true; the total stays."""
        places = np.arange(len(self))[chosen]
        labels = tuple(self.labels[place] for place in places)
        having = tuple(self.having[place] for place in places)
        return Histogram(self.values[places], labels, self.counts[places], having, self.total)

    def most_frequent(self, most: int | None = None) -> Histogram:
        """By falling count, equal counts by value; so many at most."""
        return self.select(np.argsort(-self.counts, kind="stable")[:most])

    def top_by_value(self, most: int) -> Histogram:
        """The most frequent, so many at most, in order of value."""
        return self.select(np.sort(np.argsort(-self.counts, kind="stable")[:most]))

    def count_of(self, label: str) -> int:
        """How often the value with that label occurs; 0 where it does not."""
        return int(self.counts[self.labels.index(label)]) if label in self.labels else 0

    def pieces_with(self, label: str) -> list[int]:
        """The numbers of the pieces that have the value with that label, rising."""
        return self.having[self.labels.index(label)].tolist() if label in self.labels else []


def histogram(
    values: np.ndarray,
    pieces: np.ndarray,
    label: Callable[[int], str],
    weights: np.ndarray | None = None,
) -> Histogram:
    """Count whole numbers (N,) that come from pieces (N,); weights (N,) count more than once."""
    if not len(values):
        return Histogram(np.zeros(0, np.int64), (), np.zeros(0, np.int64), (), 0)
    found, which = np.unique(values, return_inverse=True)  # (B,), (N,)
    counts = np.bincount(which, weights).astype(np.int64)
    base = int(pieces.max()) + 1
    once = np.unique(which * base + pieces)  # each value once in each piece
    edges = np.searchsorted(once, np.arange(1, len(found)) * base)
    having = tuple(np.split(once % base, edges))
    labels = tuple(label(int(value)) for value in found)
    return Histogram(found, labels, counts, having, int(counts.sum()))
