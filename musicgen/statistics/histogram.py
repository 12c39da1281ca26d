"""Histograms over a collection: how often a value occurs, and in which pieces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Histogram:
    """Counts of the values of one property, such as pitch or duration."""

    values: np.ndarray  # (B,) in the property's unit, rising
    labels: tuple[str, ...]  # the values in a musician's words
    counts: np.ndarray  # (B,) int64
    piece_indices: tuple[np.ndarray, ...]  # by value, the pieces that contain it
    total: int  # sum of counts, including values that `select` and `most_frequent` leave out

    def __len__(self) -> int:
        return len(self.values)

    @property
    def shares(self) -> np.ndarray:
        """Counts as shares of the total: (B,)."""
        return self.counts / max(self.total, 1)

    @property
    def pieces(self) -> np.ndarray:
        """Number of pieces that contain each value: (B,)."""
        return np.array([len(indices) for indices in self.piece_indices], dtype=np.int64)

    def select(self, selection: np.ndarray) -> Histogram:
        """The values at some indices or where a mask is true, with the same total."""
        rows = np.arange(len(self))[selection]
        labels = tuple(self.labels[row] for row in rows)
        indices = tuple(self.piece_indices[row] for row in rows)
        return Histogram(self.values[rows], labels, self.counts[rows], indices, self.total)

    def most_frequent(self, limit: int | None = None) -> Histogram:
        """The `limit` most frequent values by falling count, equal counts by value."""
        return self.select(np.argsort(-self.counts, kind="stable")[:limit])

    def top_by_value(self, limit: int) -> Histogram:
        """The `limit` most frequent values, in order of value."""
        return self.select(np.sort(np.argsort(-self.counts, kind="stable")[:limit]))

    def count_of(self, label: str) -> int:
        """Count of the value with a label; 0 if there is none."""
        return int(self.counts[self.labels.index(label)]) if label in self.labels else 0

    def pieces_with(self, label: str) -> list[int]:
        """Indices of the pieces that contain the value with a label, rising."""
        return self.piece_indices[self.labels.index(label)].tolist() if label in self.labels else []


def histogram(
    values: np.ndarray,
    pieces: np.ndarray,
    label: Callable[[int], str],
    weights: np.ndarray | None = None,
) -> Histogram:
    """Count integer values (N,) from pieces (N,); weights (N,) replace counts of 1."""
    if not len(values):
        return Histogram(np.zeros(0, np.int64), (), np.zeros(0, np.int64), (), 0)
    distinct, rows = np.unique(values, return_inverse=True)  # (B,), (N,)
    counts = np.bincount(rows, weights).astype(np.int64)
    base = int(pieces.max()) + 1
    pairs = np.unique(rows * base + pieces)  # distinct pairs of value and piece
    edges = np.searchsorted(pairs, np.arange(1, len(distinct)) * base)
    indices = tuple(np.split(pairs % base, edges))
    labels = tuple(label(int(value)) for value in distinct)
    return Histogram(distinct, labels, counts, indices, int(counts.sum()))
