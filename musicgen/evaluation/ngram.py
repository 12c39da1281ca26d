"""Interpolated Kneser-Ney n-grams over the fields of any encoding, the baseline of models.

A field is predicted from the fields before it in its step and in the steps before, the most
recent first. Each context backs off to the one without its oldest field, down to the empty
context and then the uniform distribution. Discounts are those of modified Kneser-Ney: Chen and
Goodman, An Empirical Study of Smoothing Techniques for Language Modeling, 1998.

Counts are continuation counts: in how many distinct longer contexts a value follows. Those of
the longest contexts are numbers of pieces, so that repetition within a piece does not count.
Pieces are counted in all twelve keys where the encoding can transpose them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.encoding.steps import Encoding, Features, Steps
from musicgen.errors import MusicgenError
from musicgen.evaluation.ngram_levels import Level, count_level, distinct_rows, extend_hash

KEYS_DOWN, KEYS_UP = 6, 5  # semitones; with the key of the piece itself, twelve keys
MAX_ORDER = 8
MIN_GAIN_BITS = 0.01  # per step, for which the order is raised by one


class NothingToCount(MusicgenError):
    """There is no step to count n-grams of."""


@dataclass(frozen=True, eq=False)
class NGram:
    """N-gram model: for each field, levels of contexts of 0, 1, 2, ... fields.

    It is a `Model` that pieces can be composed from, like a checkpoint's.
    """

    encoding: Encoding
    order: int  # in steps, the predicted one included; 0 has no context
    levels: tuple[tuple[Level, ...], ...]  # by field
    warmup_windows: tuple[np.ndarray, ...] = ()  # it can begin from nothing
    critic: None = None

    def bits(self, pieces: Sequence[Steps]) -> np.ndarray:
        """Bits of the fields of all steps, all pieces concatenated: (all steps, F)."""
        table, rows = _concatenate(self.encoding, pieces, self.order)
        costs = np.zeros((len(rows), len(self.encoding.fields)))
        for index, field in enumerate(self.encoding.fields):
            probability = np.full(len(rows), 1.0 / field.size)  # (all steps,)
            contexts = _contexts(table, rows, index)
            for level, context in zip(self.levels[index], contexts, strict=False):
                probability = level.probability(context, table[rows, index], probability)
            costs[:, index] = -np.log2(probability)
        return costs

    def start(self, pieces: int) -> NGramStepper:
        """State of pieces before their first step."""
        return NGramStepper(self, pieces)


class NGramStepper:
    """The most recent steps of K pieces, which predictions depend on."""

    def __init__(self, ngram: NGram, pieces: int) -> None:
        self._ngram = ngram
        sizes = np.array([field.size for field in ngram.encoding.fields])
        self._steps = np.tile(sizes, (pieces, ngram.order + 1, 1))  # (K, order + 1, F)

    def logits(self, features: Features, drawn: np.ndarray) -> np.ndarray:
        """Log probabilities of the next field given those of this step: (K, i) -> (K, V)."""
        index = drawn.shape[1]
        self._steps[:, -1, :index] = drawn
        pieces, length, fields = self._steps.shape
        rows = np.arange(1, pieces + 1) * length - 1  # of the step that is predicted
        size = self._ngram.encoding.fields[index].size
        probabilities = np.full((pieces, size), 1.0 / size)  # (K, V)
        contexts = _contexts(self._steps.reshape(-1, fields), rows, index)
        for level, context in zip(self._ngram.levels[index], contexts, strict=False):
            probabilities = level.probabilities(context, probabilities)
        return np.log(probabilities).astype(np.float32)

    def push(self, fields: np.ndarray) -> None:
        """Append a step to the pieces: (K, F)."""
        self._steps[:, -1] = fields
        self._steps = np.roll(self._steps, -1, axis=1)

    def select(self, rows: np.ndarray) -> None:
        """Keep the pieces of these rows, in this order."""
        self._steps = self._steps[rows]


def uniform(encoding: Encoding) -> NGram:
    """The model that gives all values of a field the same probability."""
    return NGram(encoding, 0, ((),) * len(encoding.fields))


def unigram(encoding: Encoding, pieces: Iterable[Steps]) -> NGram:
    """The model of value frequencies, without context.

    Raises NothingToCount where no piece has a step.
    """
    table, rows, _ = _in_twelve_keys(encoding, pieces, 0)
    context = np.zeros(len(rows), np.uint64)
    levels = tuple(
        (count_level(context, table[rows, index], field.size),)
        for index, field in enumerate(encoding.fields)
    )
    return NGram(encoding, 0, levels)


def fit(encoding: Encoding, pieces: Iterable[Steps], order: int) -> NGram:
    """The n-gram of one order, at least 1; raises NothingToCount where no piece has a step."""
    if order < 1:
        raise ValueError(f"order {order} is not at least 1")
    *_, last = _increasing_orders(encoding, pieces, order)
    return last


def fit_best(
    encoding: Encoding,
    train: Iterable[Steps],
    valid: Sequence[Steps],
    max_order: int = MAX_ORDER,
) -> NGram:
    """The n-gram of the best order on the validation pieces.

    The order is raised from 1 while that saves at least MIN_GAIN_BITS. Raises NothingToCount
    where the training pieces have no step.
    """
    candidates = _increasing_orders(encoding, train, max_order)
    best = next(candidates)
    best_bits = best.bits(valid).sum(axis=1).mean()
    for candidate in candidates:
        bits = candidate.bits(valid).sum(axis=1).mean()
        if bits > best_bits - MIN_GAIN_BITS:
            break
        best, best_bits = candidate, bits
    return best


def _increasing_orders(
    encoding: Encoding, pieces: Iterable[Steps], max_order: int
) -> Iterator[NGram]:
    """The n-grams of order 1, 2, ... max_order, each with the levels of the one before."""
    table, rows, piece = _in_twelve_keys(encoding, pieces, max_order)
    count = len(encoding.fields)
    fields = [
        _FieldLevels(table[rows, index], piece, _contexts(table, rows, index), field.size)
        for index, field in enumerate(encoding.fields)
    ]
    for order in range(1, max_order + 1):
        depths = [index + (order - 1) * count for index in range(count)]
        levels = tuple(field.up_to(depth) for field, depth in zip(fields, depths, strict=True))
        yield NGram(encoding, order, levels)


class _FieldLevels:
    """Levels of one field, counted on demand."""

    def __init__(
        self, values: np.ndarray, piece: np.ndarray, contexts: Iterator[np.ndarray], size: int
    ) -> None:
        self._values, self._piece, self._contexts, self._size = values, piece, contexts, size
        self._levels: list[Level] = []  # of contexts of 0, 1, 2, ... fields
        self._context = next(contexts)  # (N,) of as many fields as there are levels

    def up_to(self, depth: int) -> tuple[Level, ...]:
        """Levels of contexts of 0 to depth fields; the last one counts pieces."""
        while len(self._levels) < depth:
            longer = next(self._contexts)
            self._levels.append(self._level(longer))
            self._context = longer
        return (*self._levels, self._level(extend_hash(self._context, self._piece)))

    def _level(self, longer: np.ndarray) -> Level:
        """Level of the current context; a value counts once per distinct longer context."""
        rows = distinct_rows(longer, self._values)
        return count_level(self._context[rows], self._values[rows], self._size)


def _in_twelve_keys(
    encoding: Encoding, pieces: Iterable[Steps], order: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Table and rows of the pieces in all keys within range, and the piece numbers of the rows."""
    transposed: list[Steps] = []
    piece: list[np.ndarray] = []
    for number, steps in enumerate(pieces):
        low, high = encoding.transposition_range(steps)
        keys = range(max(low, -KEYS_DOWN), min(high, KEYS_UP) + 1)
        transposed += [encoding.transposed(steps, semitones) for semitones in keys]
        piece.append(np.full(len(steps) * len(keys), number))
    table, rows = _concatenate(encoding, transposed, order)
    if not len(rows):
        raise NothingToCount("there is nothing to count: no piece has a step")
    return table, rows, np.concatenate(piece)


def _concatenate(
    encoding: Encoding, pieces: Sequence[Steps], order: int
) -> tuple[np.ndarray, np.ndarray]:
    """All pieces in one table (S, F), padded on both sides, and their rows in it (N,).

    The padding is `order` steps of the values that stand for "before the beginning".
    """
    padding = np.tile([field.size for field in encoding.fields], (order, 1)).astype(np.int32)
    table = np.concatenate(
        [padding, *(part for steps in pieces for part in (steps.fields, padding))]
    )
    lengths = np.array([len(steps) for steps in pieces], np.int64)
    piece = np.repeat(np.arange(len(lengths)), lengths)
    return table, np.arange(len(piece)) + (piece + 1) * order


def _contexts(table: np.ndarray, rows: np.ndarray, index: int) -> Iterator[np.ndarray]:
    """Hashes of the 0, 1, 2, ... fields before a field of the rows: (N,) each."""
    values = table.reshape(-1)  # (S * F,)
    at = rows * table.shape[1] + index
    hashes = np.zeros(len(rows), np.uint64)
    while True:
        yield hashes
        at = at - 1
        hashes = extend_hash(hashes, values[at])
