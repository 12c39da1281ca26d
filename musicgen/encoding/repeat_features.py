"""What followed the last time that the latest notes were heard: a derived input of `events`.

Music repeats itself. Where the latest 3, 6, 12 or 24 notes (onset shift and key) stood in the
piece before, the note that came next there is a good guess for the next one now. The guess
from the longest such run, the most recent one, is `echo`: shift, key, duration as drawn, and
which of the ORDERS it stands on (1 is the shortest; 0 means that nothing was found).
"""

from __future__ import annotations

import numpy as np

from musicgen.encoding.grid import KEYS, MAX_GRID_UNITS

SHORTEST, DOUBLINGS = 3, 3
ORDERS = tuple(SHORTEST << i for i in range(DOUBLINGS + 1))  # notes: 3, 6, 12, 24
REPEATS = "echo"  # name of the feature in step graphs and `.keras` files
REPEAT_WIDTH = 4
_NOTHING = (MAX_GRID_UNITS + 1, KEYS, MAX_GRID_UNITS, 0)  # as before the beginning
NOTHING = np.array(_NOTHING, np.int16)

_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio
_ODD_TOO = np.uint64(0xC2B2AE3D27D4EB4F)


def repeat_features(fields: np.ndarray, start: int = 0, stop: int | None = None) -> np.ndarray:
    """The guess before each step from start to stop of one piece: (N, >= 3) -> (T, 4) int16."""
    heard = fields[: len(fields) if stop is None else stop]
    follows, levels = latest_repeats(_note_hash(heard[:, 0], heard[:, 1]), ORDERS)
    found = np.where(levels[:, None] > 0, heard[follows, :3], NOTHING[:3])
    return np.column_stack([found, levels])[start:].astype(np.int16)


def latest_repeats(hashes: np.ndarray, orders: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """What followed the last time that the latest steps were heard.

    hashes: of the steps of one piece, (N,) uint64. orders: how many latest steps to compare,
    each twice the one before. Gives for each step the place of the one that followed then, and
    the place in `orders`, from 1, of the longest run that was found; 0 twice where none was.
    """
    follows, levels = np.zeros((2, len(hashes)), np.int64)
    runs = hashes
    for _ in range(orders[0] - 1):
        runs = _joined(runs[1:], hashes[: max(len(runs) - 1, 0)])
    for level, order in enumerate(orders, start=1):
        if level > 1:
            runs = _joined(runs[order // 2 :], runs[: -order // 2])
        if len(runs) < 2:
            break
        # runs[i] is the one that ends before step i + order.
        before = _last_same(runs[:-1])
        found = np.flatnonzero(before >= 0)
        follows[found + order] = before[found] + order
        levels[found + order] = level
    return follows, levels


class RepeatTracker:
    """`echo`, kept up step by step for K pieces that are drawn together."""

    def __init__(self, pieces: int) -> None:
        self._memories = [_Memory() for _ in range(pieces)]
        self._guess = np.tile(NOTHING, (pieces, 1)).astype(np.float32)

    def features(self) -> np.ndarray:
        """The guess for the next step of each piece: (K, 4) float32."""
        return self._guess

    def push(self, fields: np.ndarray) -> None:
        """Take the next step of each piece: (K, >= 3)."""
        rows = zip(self._memories, fields[:, :3].tolist(), strict=True)
        self._guess = np.array([memory.after(*row) for memory, row in rows], np.float32)

    def select(self, rows: np.ndarray) -> None:
        """Go on with these pieces alone, each as often as it is named."""
        self._memories = [self._memories[row].copy() for row in rows]
        self._guess = self._guess[rows]


class _Memory:
    """One piece: what followed the latest time that a run of notes was heard.

    Plain numbers, for a step takes one piece a microsecond or two this way.
    """

    def __init__(self) -> None:
        self._steps: list[tuple[int, int, int]] = []
        self._notes: list[int] = []  # onset shift and key of each step as one number
        self._follows: list[dict[tuple[int, ...], int]] = [{} for _ in ORDERS]

    def copy(self) -> _Memory:
        same = _Memory()
        same._steps, same._notes = self._steps.copy(), self._notes.copy()
        same._follows = [of_order.copy() for of_order in self._follows]
        return same

    def after(self, shift: int, key: int, duration: int) -> tuple[int, int, int, int]:
        """The guess for the step after this one, which is taken in."""
        self._steps.append((shift, key, duration))
        self._notes.append(shift * KEYS + key)
        count, guess = len(self._notes), _NOTHING
        for level, order in enumerate(ORDERS):
            if count < order:
                break
            run = tuple(self._notes[-order:])
            at = self._follows[level].get(run)
            if at is not None:
                guess = (*self._steps[at], level + 1)
            self._follows[level][run] = count
        return guess


def _note_hash(shift: np.ndarray, key: np.ndarray) -> np.ndarray:
    """A number for a note that tells onset shifts and keys apart."""
    return (np.asarray(shift, np.uint64) * np.uint64(KEYS) + np.asarray(key, np.uint64)) * _ODD


def _joined(later: np.ndarray, earlier: np.ndarray) -> np.ndarray:
    """Hashes of two neighbouring runs as hashes of their union."""
    mixed = later * _ODD_TOO + earlier
    return (mixed ^ (mixed >> np.uint64(29))) * _ODD


def _last_same(values: np.ndarray) -> np.ndarray:
    """For each value the index of its last earlier occurrence, -1 where there is none."""
    order = np.argsort(values, kind="stable")
    same = values[order][1:] == values[order][:-1]
    last = np.full(len(values), -1, np.int64)
    last[order[1:][same]] = order[:-1][same]
    return last
