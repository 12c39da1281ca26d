"""Vocabulary of a collection: its distinct steps, their counts, coverage and growth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from musicgen.encoding.steps import Encoding, Steps


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The distinct steps of a collection, by falling count, then by their fields."""

    tokens: tuple[str, ...]  # text of each step
    counts: np.ndarray  # (V,) occurrences
    pieces: np.ndarray  # (V,) pieces with at least one occurrence
    sequence: np.ndarray  # (N,) the steps of all pieces in a row, as indices of tokens
    lengths: np.ndarray  # (P,) steps of each piece

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def steps(self) -> int:
        return len(self.sequence)

    @property
    def shares(self) -> np.ndarray:
        """Share of all steps of each token: (V,)."""
        return self.counts / max(self.steps, 1)

    @property
    def once(self) -> int:
        """Number of tokens that occur once (hapax legomena)."""
        return int((self.counts == 1).sum())

    @cached_property
    def coverage(self) -> np.ndarray:
        """Share of all steps of the most frequent 1, 2, ... V tokens: (V,)."""
        return np.cumsum(self.counts) / max(self.steps, 1)

    def needed_for(self, share: float) -> int:
        """Number of the most frequent tokens with that share of all steps."""
        return int(np.searchsorted(self.coverage, share - 1e-12)) + 1 if len(self) else 0

    @cached_property
    def growth(self) -> np.ndarray:
        """Number of distinct steps of the first 1, 2, ... P pieces: (P,)."""
        first_piece = np.full(len(self), len(self.lengths))
        np.minimum.at(first_piece, self.sequence, self._piece_of_step)
        return np.cumsum(np.bincount(first_piece, minlength=len(self.lengths)))

    def pieces_with(self, token: str) -> list[int]:
        """Indices of the pieces with a token, rising; empty for an unknown token."""
        if token not in self.tokens:
            return []
        occurrences = self.sequence == self.tokens.index(token)
        return np.unique(self._piece_of_step[occurrences]).tolist()

    @cached_property
    def _piece_of_step(self) -> np.ndarray:
        return np.repeat(np.arange(len(self.lengths)), self.lengths)  # (N,)


@dataclass(frozen=True)
class Preview:
    """A training example: a window of steps, the next step, and the shapes of all examples."""

    window: tuple[str, ...]
    target: str
    inputs: tuple[int, int, int]  # (windows, steps, fields)
    targets: tuple[tuple[int, int], ...]  # (windows, size) of each field


def vocabulary_of(encoding: Encoding, pieces: Sequence[Steps]) -> Vocabulary:
    """Count the steps of encoded pieces."""
    sizes = [field.size for field in encoding.fields]
    fields = _concatenated(pieces, len(sizes))  # (N, F)
    codes = np.ravel_multi_index(tuple(fields.T.astype(np.int64)), sizes)  # (N,)
    distinct, first, inverse, counts = np.unique(
        codes, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(-counts, kind="stable")  # (V,)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    lengths = np.array([len(steps) for steps in pieces], dtype=np.int64)
    piece_and_code = np.repeat(np.arange(len(pieces)), lengths) * len(distinct) + inverse
    codes_of_pieces = np.unique(piece_and_code) % max(len(distinct), 1)
    spread = np.bincount(codes_of_pieces, minlength=len(distinct))
    tokens = encoding.tokens(Steps(fields[first[order]]))
    return Vocabulary(tuple(tokens), counts[order], spread[order], rank[inverse], lengths)


def distinct_tokens(encoding: Encoding, pieces: Sequence[Steps]) -> int:
    """Number of distinct tokens of encoded pieces, one piece at a time."""
    sizes = tuple(field.size for field in encoding.fields)
    codes: set[int] = set()
    for steps in pieces:
        codes.update(np.ravel_multi_index(tuple(steps.fields.T.astype(np.int64)), sizes).tolist())
    fields = np.stack(np.unravel_index(np.array(sorted(codes), np.int64), sizes), axis=1)
    return len(set(encoding.tokens(Steps(fields.astype(np.int32)))))


def preview(
    encoding: Encoding, pieces: Sequence[Steps], length: int = 100, start: int = 0
) -> Preview | None:
    """The window of `length` steps from step `start` of all pieces in a row.

    A start beyond the last window gives the last one. None if there are too few steps.
    """
    sizes = [field.size for field in encoding.fields]
    fields = _concatenated(pieces, len(sizes))
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


def _concatenated(pieces: Sequence[Steps], width: int) -> np.ndarray:
    """The steps of all pieces in a row: (N, F)."""
    empty = np.zeros((0, width), np.int32)
    return np.concatenate([empty, *(steps.fields for steps in pieces)])
