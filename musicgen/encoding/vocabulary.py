"""The steps of a collection as a vocabulary: how large, how even, how fast it grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from musicgen.encoding.steps import Encoding, Steps


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Every different step of a collection, by falling count; equal counts by their fields."""

    tokens: tuple[str, ...]  # the steps in words
    counts: np.ndarray  # (V,) how often each occurs
    pieces: np.ndarray  # (V,) in how many pieces
    sequence: np.ndarray  # (N,) the steps of all pieces one after another, as places in tokens
    lengths: np.ndarray  # (P,) steps of each piece

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def steps(self) -> int:
        return len(self.sequence)

    @property
    def shares(self) -> np.ndarray:
        """Of all steps, from 0 to 1: (V,)."""
        return self.counts / max(self.steps, 1)

    @property
    def once(self) -> int:
        """How many occur a single time (hapax legomena)."""
        return int((self.counts == 1).sum())

    @cached_property
    def coverage(self) -> np.ndarray:
        """The share of all steps that the most frequent 1, 2, ... V make up: (V,)."""
        return np.cumsum(self.counts) / max(self.steps, 1)

    def needed_for(self, share: float) -> int:
        """How many of the most frequent make up that share of all steps."""
        return int(np.searchsorted(self.coverage, share - 1e-12)) + 1 if len(self) else 0

    @cached_property
    def growth(self) -> np.ndarray:
        """How many different steps the first 1, 2, ... P pieces have: (P,)."""
        first_piece = np.full(len(self), len(self.lengths))
        np.minimum.at(first_piece, self.sequence, self._piece_of_step)
        return np.cumsum(np.bincount(first_piece, minlength=len(self.lengths)))

    def pieces_with(self, token: str) -> list[int]:
        """The numbers of the pieces that have a step, rising; none where no piece does."""
        if token not in self.tokens:
            return []
        places = self.sequence == self.tokens.index(token)
        return np.unique(self._piece_of_step[places]).tolist()

    @cached_property
    def _piece_of_step(self) -> np.ndarray:
        return np.repeat(np.arange(len(self.lengths)), self.lengths)  # (N,)


@dataclass(frozen=True)
class Preview:
    """What training sees: a window of steps, the step to predict, the shapes of all of them."""

    window: tuple[str, ...]
    target: str
    inputs: tuple[int, int, int]  # windows, steps of a window, fields of a step
    targets: tuple[tuple[int, int], ...]  # for each field: windows, size of its vocabulary


def vocabulary_of(encoding: Encoding, pieces: Sequence[Steps]) -> Vocabulary:
    """Count the steps of pieces that the encoding made."""
    sizes = [field.size for field in encoding.fields]
    fields = _joined(pieces, len(sizes))  # (N, F)
    codes = np.ravel_multi_index(tuple(fields.T.astype(np.int64)), sizes)  # (N,)
    found, first, which, counts = np.unique(
        codes, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(-counts, kind="stable")  # (V,)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    lengths = np.array([len(steps) for steps in pieces], dtype=np.int64)
    in_piece = np.unique(np.repeat(np.arange(len(pieces)), lengths) * len(found) + which)
    spread = np.bincount(in_piece % max(len(found), 1), minlength=len(found))
    tokens = encoding.tokens(Steps(fields[first[order]]))
    return Vocabulary(tuple(tokens), counts[order], spread[order], rank[which], lengths)


def preview(
    encoding: Encoding, pieces: Sequence[Steps], length: int = 100, start: int = 0
) -> Preview | None:
    """The window of so many steps from a place on, all pieces one after another.

    A start beyond the last window gives the last one; None where there is not one window.
    """
    sizes = [field.size for field in encoding.fields]
    fields = _joined(pieces, len(sizes))
    windows = len(fields) - length
    if windows < 1:
        return None
    start = min(max(start, 0), windows - 1)
    *window, target = encoding.tokens(Steps(fields[start : start + length + 1]))
    return Preview(
        window=tuple(window),
        target=target,
        inputs=(windows, length, len(sizes)),
        targets=tuple((windows, size) for size in sizes),
    )


def _joined(pieces: Sequence[Steps], width: int) -> np.ndarray:
    """The steps of all pieces one after another: (N, F)."""
    none = np.zeros((0, width), np.int32)
    return np.concatenate([none, *(steps.fields for steps in pieces)])
