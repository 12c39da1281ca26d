"""Guarantee against copying: no more than N consecutive notes of a training piece.

Where the last N notes of a piece occur in the training data, the notes that follow them there are
forbidden: by the onset shift where no other key would be left, otherwise by the key. Passages are
compared as in the report (`originality.report`), so that the report of a guarded piece never shows
a longer match.
"""

from __future__ import annotations

import numpy as np

from musicgen.composing.decoding.constraint import Rules, StepContext
from musicgen.composing.decoding.sampling import FORBIDDEN
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.originality.ngram_index import ngram_hashes
from musicgen.composing.originality.note_transitions import (
    END,
    decode_transitions,
    encode_transition,
)
from musicgen.encoding.events import PITCH, SHIFT
from musicgen.encoding.grid import KEYS, MAX_GRID_UNITS

NO_PAIRS = np.zeros((0, 2), np.int64)


class CopyGuard:
    """Constraint for K pieces of `events`."""

    def __init__(
        self, index: OriginalityIndex, max_copy: int, pieces: int, keys: np.ndarray
    ) -> None:
        """max_copy: longest allowed match, in notes. keys: those that rules allow, (KEYS,) bool."""
        self._codes = index.codes
        self._ngrams = index.ngrams(max_copy - 1)
        self._keys = keys
        self._recent = np.full((pieces, max_copy - 1), END, np.int64)  # transitions
        self._last = np.zeros(pieces, np.int64)  # keys
        self._notes = 0
        self._forbidden = [NO_PAIRS] * pieces  # for each piece (n, 2): shift, key

    def rules(self) -> Rules:
        return {SHIFT.name: (self._forbid_shifts,), PITCH.name: (self._forbid_keys,)}

    def push(self, fields: np.ndarray) -> None:
        shift, key = fields[:, 0], fields[:, 1].astype(np.int64)
        self._recent[:, :-1] = self._recent[:, 1:]
        self._recent[:, -1] = encode_transition(np.minimum(shift, MAX_GRID_UNITS), key - self._last)
        self._last = key
        self._notes += 1
        if self._notes > self._recent.shape[1]:
            self._find_continuations()

    def select(self, rows: np.ndarray) -> None:
        self._recent, self._last = self._recent[rows], self._last[rows]
        self._forbidden = [self._forbidden[row] for row in rows]

    def _find_continuations(self) -> None:
        """Find the notes that follow the pieces' last notes in the training data."""
        self._forbidden = [NO_PAIRS] * len(self._last)
        low, high = self._ngrams.ranges(ngram_hashes(self._recent, self._ngrams.length)[:, 0])
        for row in np.flatnonzero(low < high):
            positions = self._ngrams.positions(low[row], high[row])
            for offset, code in enumerate(self._recent[row]):
                positions = positions[self._codes[positions + offset] == code]
            follows = np.unique(self._codes[positions + self._ngrams.length])
            shift, interval = decode_transitions(follows[follows != END])
            key = self._last[row] + interval
            on_keyboard = (key >= 0) & (key < KEYS)
            self._forbidden[row] = np.stack([shift, key], axis=1)[on_keyboard]

    def _forbid_shifts(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        """Forbid onset shifts after which every free key would complete a copy."""
        for row, forbidden in enumerate(self._forbidden):
            if not len(forbidden):
                continue
            for shift in np.unique(forbidden[:, 0]):
                keys = forbidden[forbidden[:, 0] == shift, 1]
                free = self._keys & (context.features["remaining"][row] <= shift)
                if shift == 0:
                    free[: context.before[row, 1] + 1] = False
                if free[keys].sum() == free.sum():
                    # The code of the longest shift stands for all longer ones.
                    last = None if shift == MAX_GRID_UNITS else shift + 1
                    logits = _forbid(logits, row, slice(shift, last))
        return logits

    def _forbid_keys(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        """Forbid keys that would complete a copy at the onset that is drawn."""
        shifts = np.minimum(context.drawn[:, 0], MAX_GRID_UNITS)
        for row, forbidden in enumerate(self._forbidden):
            if len(forbidden):
                keys = forbidden[forbidden[:, 0] == shifts[row], 1]
                logits = _forbid(logits, row, keys)
        return logits


def _forbid(logits: np.ndarray, row: int, values: np.ndarray | slice) -> np.ndarray:
    """Return a copy of the logits with these values of one piece forbidden."""
    logits = logits.copy()
    logits[row, values] = FORBIDDEN
    return logits
