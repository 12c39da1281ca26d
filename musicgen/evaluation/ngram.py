"""Interpolated Kneser-Ney n-grams over the fields of any encoding: the baseline to beat.

A field is predicted from the fields drawn before it in its step and those of the steps before,
the latest first. Each context backs off to the one without its oldest field, down to no context
and at last to equal chances. The discounts are those of modified Kneser-Ney: Chen and Goodman,
An Empirical Study of Smoothing Techniques for Language Modeling, 1998.

As ever in Kneser-Ney, what counts for a context is in how many contexts longer by one a value
followed it; for the longest it is in how many pieces, so that a piece that repeats itself counts
once. Music is counted in twelve keys where the encoding can transpose it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.encoding.steps import Encoding, Features, Steps
from musicgen.evaluation.ngram_levels import Level, distinct_rows, followed_by, joined

KEYS_DOWN, KEYS_UP = 6, 5  # with the key of the piece, twelve
HIGHEST_ORDER = 8
WORTH_AN_ORDER = 0.01  # bits a step


@dataclass(frozen=True, eq=False)
class NGram:
    """Chances of each field by levels of context: none, one field, two fields, ...

    It is a model that pieces can be composed from, as a checkpoint's engine is.
    """

    encoding: Encoding
    order: int  # steps that a prediction looks at, its own included; 0 is no step
    levels: tuple[tuple[Level, ...], ...]  # one tuple a field
    warmup_windows: tuple[np.ndarray, ...] = ()  # it can begin from nothing

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

    def start(self, pieces: int) -> NGramStepper:
        """Pieces before their first step."""
        return NGramStepper(self, pieces)


class NGramStepper:
    """The latest steps of K pieces that are drawn together."""

    def __init__(self, ngram: NGram, pieces: int) -> None:
        self._ngram = ngram
        sizes = np.array([field.size for field in ngram.encoding.fields])
        self._steps = np.tile(sizes, (pieces, ngram.order + 1, 1))  # (K, order + 1, F)

    def logits(self, features: Features, drawn: np.ndarray) -> np.ndarray:
        """Log chances of the next field, (K, V), given the fields (K, i) of this step."""
        index = drawn.shape[1]
        self._steps[:, -1, :index] = drawn
        pieces, length, fields = self._steps.shape
        rows = np.arange(1, pieces + 1) * length - 1  # the step that is being drawn
        size = self._ngram.encoding.fields[index].size
        chances = np.full((pieces, size), 1.0 / size)
        contexts = _contexts(self._steps.reshape(-1, fields), rows, index)
        for level, context in zip(self._ngram.levels[index], contexts, strict=False):
            chances = level.chances(context, chances)
        return np.log(chances).astype(np.float32)

    def push(self, fields: np.ndarray) -> None:
        """Take the finished step of each piece: (K, F)."""
        self._steps[:, -1] = fields
        self._steps = np.roll(self._steps, -1, axis=1)

    def select(self, rows: np.ndarray) -> None:
        """Go on with these pieces alone."""
        self._steps = self._steps[rows]


def uniform(encoding: Encoding) -> NGram:
    """Every value of a field alike."""
    return NGram(encoding, 0, ((),) * len(encoding.fields))


def unigram(encoding: Encoding, pieces: Iterable[Steps]) -> NGram:
    """Every field by how often its values are seen, whatever came before.

    ValueError where no piece has a step.
    """
    table, rows, _ = _twelve_keys(encoding, pieces, 0)
    context = np.zeros(len(rows), np.uint64)
    levels = tuple(
        (followed_by(context, table[rows, index], field.size),)
        for index, field in enumerate(encoding.fields)
    )
    return NGram(encoding, 0, levels)


def fit(encoding: Encoding, pieces: Iterable[Steps], order: int) -> NGram:
    """The n-gram of one order; ValueError below 1 or where no piece has a step."""
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
    """The n-gram of the best order on the validation pieces.

    Orders go up from 1 for as long as one more saves at least WORTH_AN_ORDER bits a step.
    ValueError where the training pieces have no step.
    """
    growing = _growing(encoding, train, highest)
    best = next(growing)
    fewest = best.bits(valid).sum(axis=1).mean()
    for candidate in growing:
        bits = candidate.bits(valid).sum(axis=1).mean()
        if bits > fewest - WORTH_AN_ORDER:
            break
        best, fewest = candidate, bits
    return best


def _growing(encoding: Encoding, pieces: Iterable[Steps], highest: int) -> Iterator[NGram]:
    """The n-grams of order 1, 2, ... highest, each built upon the one before."""
    table, rows, piece = _twelve_keys(encoding, pieces, highest)
    count = len(encoding.fields)
    fields = [
        _Field(table[rows, index], piece, _contexts(table, rows, index), field.size)
        for index, field in enumerate(encoding.fields)
    ]
    for order in range(1, highest + 1):
        depths = [index + (order - 1) * count for index in range(count)]
        levels = tuple(field.up_to(depth) for field, depth in zip(fields, depths, strict=True))
        yield NGram(encoding, order, levels)


class _Field:
    """One field's levels, counted as far as they are asked for."""

    def __init__(
        self, values: np.ndarray, piece: np.ndarray, contexts: Iterator[np.ndarray], size: int
    ) -> None:
        self._values, self._piece, self._contexts, self._size = values, piece, contexts, size
        self._context = next(contexts)  # of as many fields as there are levels below
        self._below: list[Level] = []

    def up_to(self, depth: int) -> tuple[Level, ...]:
        """Levels of contexts of 0 to depth fields."""
        while len(self._below) < depth:
            longer = next(self._contexts)
            self._below.append(self._level(longer))
            self._context = longer
        return (*self._below, self._level(joined(self._context, self._piece)))

    def _level(self, longer: np.ndarray) -> Level:
        """Of the context, each of its values counted once for each longer one."""
        rows = distinct_rows(longer, self._values)
        return followed_by(self._context[rows], self._values[rows], self._size)


def _twelve_keys(
    encoding: Encoding, pieces: Iterable[Steps], order: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each piece in twelve keys, as far as it has room, laid out; and which piece each row is."""
    moved: list[Steps] = []
    piece: list[np.ndarray] = []
    for number, steps in enumerate(pieces):
        low, high = encoding.transposition_range(steps)
        keys = range(max(low, -KEYS_DOWN), min(high, KEYS_UP) + 1)
        moved += [encoding.transposed(steps, semitones) for semitones in keys]
        piece.append(np.full(len(steps) * len(keys), number))
    table, rows = _laid_out(encoding, moved, order)
    if not len(rows):
        raise ValueError("there is nothing to count: no piece has a step")
    return table, rows, np.concatenate(piece)


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
        hashes = joined(hashes, line[places])
