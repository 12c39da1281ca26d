"""Repeat features: what followed the last time that the latest notes were played.

Music repeats itself. If the latest 3, 6, 12 or 24 notes (onset shift and key) were played before
in the piece, the note that came next then is a good guess for the next one. The feature of
`events` holds the note after the latest match of the highest order: shift, key, duration as
drawn, and the order's place in ORDERS, from 1; 0 without a match, and then values of the fields as
before the first step.
"""

from __future__ import annotations

import numpy as np

from musicgen.encoding.grid import BEATS, KEYS, Grid

REPEATS = "echo"  # name of the feature in step graphs and `.keras` files
REPEAT_WIDTH = 4

ORDERS = (3, 6, 12, 24)  # notes; each twice the one before

# Odd multipliers of hashes.
_GOLDEN_RATIO = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio
_PRIME = np.uint64(0xC2B2AE3D27D4EB4F)


def no_repeat(grid: Grid = BEATS) -> tuple[int, int, int, int]:
    """The feature without a match: the sizes of the fields, and 0."""
    return grid.max_units + 1, KEYS, grid.max_units, 0


def repeat_features(
    fields: np.ndarray, start: int = 0, stop: int | None = None, grid: Grid = BEATS
) -> np.ndarray:
    """The feature before each step from start to stop of one piece: (N, >= 3) -> (T, 4) int16."""
    steps = fields[: len(fields) if stop is None else stop]
    follows, levels = latest_repeats(_hash_notes(steps[:, 0], steps[:, 1]), ORDERS)
    repeats = np.where(levels[:, None] > 0, steps[follows, :3], no_repeat(grid)[:3])
    return np.column_stack([repeats, levels])[start:].astype(np.int16)


def latest_repeats(hashes: np.ndarray, orders: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Find for each step where the steps before it were played last.

    hashes: of the steps of one piece, (N,) uint64. orders: numbers of latest steps to match, each
    twice the one before. Gives for each step the index of the step after the match, and the
    place in `orders`, from 1, of the longest match; 0 twice without one.
    """
    follows, levels = np.zeros((2, len(hashes)), np.int64)
    ngrams = hashes
    for _ in range(orders[0] - 1):
        ngrams = _join(ngrams[1:], hashes[: max(len(ngrams) - 1, 0)])
    for level, order in enumerate(orders, start=1):
        if level > 1:
            ngrams = _join(ngrams[order // 2 :], ngrams[: -order // 2])
        if len(ngrams) < 2:
            break
        # ngrams[i] is the one that ends before step i + order.
        before = _previous_occurrence(ngrams[:-1])
        matches = np.flatnonzero(before >= 0)
        follows[matches + order] = before[matches] + order
        levels[matches + order] = level
    return follows, levels


class RepeatTracker:
    """`repeat_features` updated step by step for K rows of a batch."""

    def __init__(self, rows: int, grid: Grid = BEATS) -> None:
        self._histories = [RepeatHistory(ORDERS, no_repeat(grid)) for _ in range(rows)]
        self._repeats = np.tile(np.array(no_repeat(grid), np.float32), (rows, 1))

    def features(self) -> np.ndarray:
        """The feature before the next step of each row: (K, 4) float32."""
        return self._repeats

    def push(self, fields: np.ndarray) -> None:
        """Add a step to each row: (K, >= 3)."""
        rows = zip(self._histories, fields[:, :3].tolist(), strict=True)
        repeats = [
            history.push(shift * KEYS + key, (shift, key, duration))
            for history, (shift, key, duration) in rows
        ]
        self._repeats = np.array(repeats, np.float32)

    def select(self, rows: np.ndarray) -> None:
        """Continue with these rows; a row may be named twice."""
        self._histories = [self._histories[row].copy() for row in rows]
        self._repeats = self._repeats[rows]


class RepeatHistory:
    """The steps of one row, and the index after the latest occurrence of each n-gram.

    Plain Python numbers: a step of one row takes a microsecond or two this way.
    """

    def __init__(self, orders: tuple[int, ...], no_repeat: tuple[int, ...]) -> None:
        self._orders, self._no_repeat = orders, no_repeat
        self._values: list[tuple[int, ...]] = []
        self._codes: list[int] = []
        self._follows: list[dict[tuple[int, ...], int]] = [{} for _ in orders]

    def copy(self) -> RepeatHistory:
        other = RepeatHistory(self._orders, self._no_repeat)
        other._values, other._codes = self._values.copy(), self._codes.copy()
        other._follows = [of_order.copy() for of_order in self._follows]
        return other

    def push(self, code: int, values: tuple[int, ...]) -> tuple[int, ...]:
        """Add a step, which n-grams know by its code; the values and order before the next one."""
        self._values.append(values)
        self._codes.append(code)
        count, repeat = len(self._codes), self._no_repeat
        for level, order in enumerate(self._orders):
            if count < order:
                break
            ngram = tuple(self._codes[-order:])
            follows = self._follows[level].get(ngram)
            if follows is not None:
                repeat = (*self._values[follows], level + 1)
            self._follows[level][ngram] = count
        return repeat


def _hash_notes(shift: np.ndarray, key: np.ndarray) -> np.ndarray:
    """A hash of each note's onset shift and key: (N,) uint64."""
    notes = np.asarray(shift, np.uint64) * np.uint64(KEYS) + np.asarray(key, np.uint64)
    return notes * _GOLDEN_RATIO


def _join(later: np.ndarray, earlier: np.ndarray) -> np.ndarray:
    """Hashes of n-grams from the hashes of their two halves."""
    mixed = later * _PRIME + earlier
    return (mixed ^ (mixed >> np.uint64(29))) * _GOLDEN_RATIO


def _previous_occurrence(values: np.ndarray) -> np.ndarray:
    """Index of the previous occurrence of each value, -1 for its first: (N,)."""
    order = np.argsort(values, kind="stable")
    same = values[order][1:] == values[order][:-1]
    previous = np.full(len(values), -1, np.int64)
    previous[order[1:][same]] = order[:-1][same]
    return previous
