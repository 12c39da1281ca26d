"""Interpolated Kneser-Ney n-grams over the fields of any encoding: the baseline to beat.

A field is predicted from the fields drawn before it in its step and those of the steps before,
the latest first. Each context backs off to the one without its oldest field, down to no context
and at last to equal chances: 1 / size. Modified Kneser-Ney after Chen and Goodman, An Empirical
Study of Smoothing Techniques for Language Modeling, 1998: three discounts a level, and below the
longest context what counts is in how many contexts a value was seen, not how often.

Music is counted in twelve keys where the encoding can transpose it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.encoding.steps import Derived, Encoding, Steps
from musicgen.evaluation.ngram_levels import Level, continuation_rows, followed_by

KEYS_DOWN, KEYS_UP = 6, 5  # with the key of the piece, twelve
HIGHEST_ORDER = 8
PATIENCE = 2  # orders


@dataclass(frozen=True, eq=False)
class NGram:
    """Chances of each field by levels of context: none, one field, two fields, ...

    It is a model that pieces can be composed from, as a checkpoint's engine is.
    """

    encoding: Encoding
    order: int  # steps that a prediction looks at, its own included; 0 is no step
    levels: tuple[tuple[Level, ...], ...]  # one tuple a field

    def bits(self, pieces: Sequence[Steps]) -> np.ndarray:
        """What each field of each step costs, piece after piece: (all steps, F) bits."""
        table, rows = _laid_out(self.encoding, pieces, self.order)
        costs = np.zeros((len(rows), len(self.encoding.fields)))
        for index, field in enumerate(self.encoding.fields):
            chance = np.full(len(rows), 1.0 / field.size)
            contexts = _contexts(table, rows, index)
            for level, context in zip(self.levels[index], contexts, strict=False):
                chance = level.chance(context, table[rows, index], chance)
            costs[:, index] = -np.log2(chance)
        return costs

    def begin(self, pieces: int) -> NGramStepper:
        """Pieces before their first step."""
        return NGramStepper(self, pieces)


class NGramStepper:
    """The latest steps of K pieces that are drawn together."""

    def __init__(self, ngram: NGram, pieces: int) -> None:
        self._ngram = ngram
        sizes = np.array([field.size for field in ngram.encoding.fields])
        self._steps = np.tile(sizes, (pieces, ngram.order + 1, 1))  # (K, order + 1, F)

    def logits(self, derived: Derived, drawn: np.ndarray) -> np.ndarray:
        """Log chances of the next field, (K, V), given the fields (K, i) of this step."""
        index = drawn.shape[1]
        self._steps[:, -1, :index] = drawn
        pieces, length, fields = self._steps.shape
        table = self._steps.reshape(-1, fields)
        rows = np.arange(1, pieces + 1) * length - 1
        size = self._ngram.encoding.fields[index].size
        chances = np.full((pieces, size), 1.0 / size)
        contexts = _contexts(table, rows, index)
        for level, context in zip(self._ngram.levels[index], contexts, strict=False):
            chances = level.chances(context, chances)
        return np.log(chances).astype(np.float32)

    def push(self, fields: np.ndarray) -> None:
        self._steps[:, -1] = fields
        self._steps[:, :-1] = self._steps[:, 1:].copy()

    def keep(self, rows: np.ndarray) -> None:
        self._steps = self._steps[rows]


def uniform(encoding: Encoding) -> NGram:
    """Every value of a field alike."""
    return NGram(encoding, 0, ((),) * len(encoding.fields))


def unigram(encoding: Encoding, pieces: Iterable[Steps]) -> NGram:
    """Every field by how often its values are seen, whatever came before."""
    table, rows = _laid_out(encoding, in_twelve_keys(encoding, pieces), 1)
    count = len(encoding.fields)
    levels = tuple(_Growth(encoding, table, rows, index).up_to(0) for index in range(count))
    return NGram(encoding, 0, levels)


def fit(encoding: Encoding, pieces: Iterable[Steps], order: int) -> NGram:
    """The n-gram of one order; ValueError below 1."""
    if order < 1:
        raise ValueError(f"order {order} is not at least 1")
    *_, last = _growing(encoding, pieces, order)
    return last


def fit_best(
    encoding: Encoding,
    train: Iterable[Steps],
    valid: Sequence[Steps],
    highest: int = HIGHEST_ORDER,
) -> NGram:
    """The n-gram of the order that needs the fewest bits on the validation pieces.

    Orders go up from 1 until PATIENCE of them in a row were no better.
    """
    growing = _growing(encoding, train, highest)
    best = next(growing)
    fewest = best.bits(valid).sum()
    for candidate in growing:
        bits = candidate.bits(valid).sum()
        if bits < fewest:
            best, fewest = candidate, bits
        elif candidate.order - best.order >= PATIENCE:
            break
    return best


def in_twelve_keys(encoding: Encoding, pieces: Iterable[Steps]) -> list[Steps]:
    """Each piece in all keys from six semitones down to five up, as far as it has room."""
    moved = []
    for steps in pieces:
        low, high = encoding.room(steps)
        keys = range(max(low, -KEYS_DOWN), min(high, KEYS_UP) + 1)
        moved += [encoding.transposed(steps, semitones) for semitones in keys]
    return moved


class _Growth:
    """One field's levels, each counted when it is first asked for."""

    def __init__(self, encoding: Encoding, table: np.ndarray, rows: np.ndarray, index: int) -> None:
        self._values = table[rows, index]
        self._size = encoding.fields[index].size
        self._hashes = _contexts(table, rows, index)
        self._context = next(self._hashes)  # of as many fields as there are levels below
        self._below: list[Level] = []  # they count contexts

    def up_to(self, depth: int) -> tuple[Level, ...]:
        """Levels of contexts of 0 to depth fields; the last counts how often they are seen."""
        while len(self._below) < depth:
            longer = next(self._hashes)
            rows = continuation_rows(longer, self._values)
            level = followed_by(self._context[rows], self._values[rows], self._size)
            self._below.append(level)
            self._context = longer
        return (*self._below, followed_by(self._context, self._values, self._size))


def _growing(encoding: Encoding, pieces: Iterable[Steps], highest: int) -> Iterator[NGram]:
    """The n-grams of order 1, 2, ... highest, each built upon the one before."""
    table, rows = _laid_out(encoding, in_twelve_keys(encoding, pieces), highest)
    count = len(encoding.fields)
    fields = [_Growth(encoding, table, rows, index) for index in range(count)]
    for order in range(1, highest + 1):
        depths = [index + (order - 1) * count for index in range(count)]
        levels = tuple(field.up_to(depth) for field, depth in zip(fields, depths, strict=True))
        yield NGram(encoding, order, levels)


def _laid_out(
    encoding: Encoding, pieces: Sequence[Steps], order: int
) -> tuple[np.ndarray, np.ndarray]:
    """All pieces in one table, `order` steps of "before the beginning" around each.

    -> (S, F) steps, (N,) the rows that are steps of pieces
    """
    ahead = np.tile([field.size for field in encoding.fields], (order, 1)).astype(np.int32)
    table = np.concatenate([ahead, *(part for steps in pieces for part in (steps.fields, ahead))])
    lengths = np.array([len(steps) for steps in pieces], np.int64)
    piece = np.repeat(np.arange(len(lengths)), lengths)
    return table, np.arange(len(piece)) + (piece + 1) * order


def _contexts(table: np.ndarray, rows: np.ndarray, index: int) -> Iterator[np.ndarray]:
    """Hashes of what comes before a field of the rows: of 0, 1, 2, ... fields, (N,) each."""
    line = table.reshape(-1)
    places = rows * table.shape[1] + index
    hashes = np.zeros(len(rows), np.uint64)
    while True:
        yield hashes
        places = places - 1
        hashes = _joined(hashes, line[places])


_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio
_ODD_TOO = np.uint64(0xBF58476D1CE4E5B9)


def _joined(hashes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Hashes of contexts with one more field."""
    mixed = hashes * _ODD + values.astype(np.uint64) + np.uint64(1)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * _ODD_TOO
    return mixed ^ (mixed >> np.uint64(32))
