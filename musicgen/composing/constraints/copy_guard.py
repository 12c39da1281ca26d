"""The guarantee against copying: no run of more than N notes that stands in a training piece.

When the last N notes of a piece stand in the training data, what follows them there is
forbidden: by the onset shift where no other key would be left, by the key otherwise. A run
means here what it means in the report (`originality`), so the report of a guarded piece never
shows a longer one.
"""

from __future__ import annotations

import numpy as np

from musicgen.composing.constraints.rules import Rules, StepContext, allowed_pitches
from musicgen.composing.constraints.token_copy_guard import TokenGuard
from musicgen.composing.decoding.decoder import Constraint
from musicgen.composing.decoding.sampling import FORBIDDEN
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.originality.ngram_index import ngram_hashes
from musicgen.composing.originality.note_transitions import (
    END,
    decode_transitions,
    encode_transition,
)
from musicgen.composing.settings import ComposeSettings
from musicgen.encoding.events import PITCH, SHIFT
from musicgen.encoding.grid import KEYS, LOWEST_KEY
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.steps import Encoding

NOTHING = np.zeros((0, 2), np.int64)


def guard_for(
    encoding: Encoding, settings: ComposeSettings, index: OriginalityIndex | None, pieces: int
) -> Constraint | None:
    """The guard that the settings ask for; ValueError where there is nothing to hold them to."""
    if not settings.max_copy:
        return None
    if index is None:
        raise ValueError("max-copy needs an index of the training pieces, and there is none")
    if isinstance(encoding, NotesEncoding):
        return TokenGuard(encoding, index, settings.max_copy, pieces)
    keys = allowed_pitches(settings)[LOWEST_KEY : LOWEST_KEY + KEYS]
    return CopyGuard(index, settings.max_copy, pieces, keys)


class CopyGuard:
    """Watches K pieces of `events`."""

    def __init__(
        self, index: OriginalityIndex, max_copy: int, pieces: int, keys: np.ndarray
    ) -> None:
        """max_copy: notes that may stand in a row; keys (KEYS,) bool: what rules allow."""
        self._codes = index.codes
        self._ngrams = index.ngrams(max_copy - 1)
        self._keys = keys
        self._recent = np.full((pieces, max_copy - 1), END, np.int64)  # transitions
        self._last = np.zeros(pieces, np.int64)  # keys
        self._notes = 0
        self._forbidden = [NOTHING] * pieces  # (n, 2) shift and key of each, a piece

    def rules(self) -> Rules:
        return {SHIFT.name: (self._onsets,), PITCH.name: (self._pitches,)}

    def push(self, fields: np.ndarray) -> None:
        shift, key = fields[:, 0], fields[:, 1].astype(np.int64)
        self._recent[:, :-1] = self._recent[:, 1:]
        self._recent[:, -1] = encode_transition(shift, key - self._last)
        self._last = key
        self._notes += 1
        if self._notes > self._recent.shape[1]:
            self._find()

    def select(self, rows: np.ndarray) -> None:
        self._recent, self._last = self._recent[rows], self._last[rows]
        self._forbidden = [self._forbidden[row] for row in rows]

    def _find(self) -> None:
        """What must not follow in each piece."""
        self._forbidden = [NOTHING] * len(self._last)
        low, high = self._ngrams.ranges(ngram_hashes(self._recent, self._ngrams.length)[:, 0])
        for row in np.flatnonzero(low < high):
            places = self._ngrams.positions(low[row], high[row])
            for offset, code in enumerate(self._recent[row]):
                places = places[self._codes[places + offset] == code]
            follows = np.unique(self._codes[places + self._ngrams.length])
            shift, interval = decode_transitions(follows[follows != END])
            key = self._last[row] + interval
            real = (key >= 0) & (key < KEYS)
            self._forbidden[row] = np.stack([shift, key], axis=1)[real]

    def _onsets(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        """No onset shift after which every key that is free would complete a copy."""
        for row, forbidden in enumerate(self._forbidden):
            if not len(forbidden):
                continue
            for shift in np.unique(forbidden[:, 0]):
                keys = forbidden[forbidden[:, 0] == shift, 1]
                free = self._keys & (context.features["remaining"][row] <= shift)
                if shift == 0:
                    free[: context.before[row, 1] + 1] = False
                if free[keys].sum() == free.sum():
                    logits = _without(logits, row, shift)
        return logits

    def _pitches(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        """No key that would complete a copy at the onset that is drawn."""
        for row, forbidden in enumerate(self._forbidden):
            if len(forbidden):
                keys = forbidden[forbidden[:, 0] == context.drawn[row, 0], 1]
                logits = _without(logits, row, keys)
        return logits


def _without(logits: np.ndarray, row: int, values: np.ndarray) -> np.ndarray:
    """Logits in which one piece cannot draw these values."""
    logits = logits.copy()
    logits[row, values] = FORBIDDEN
    return logits
