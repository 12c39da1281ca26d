"""Guarantee against copying for `notes`, where a step strikes all notes of a token at once."""

from __future__ import annotations

import numpy as np

from musicgen.composing.decoding.constraint import Rules, StepContext
from musicgen.composing.decoding.sampling import FORBIDDEN
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.originality.ngram_index import ngram_hashes
from musicgen.composing.originality.note_transitions import END, encode_transition, piano_keys
from musicgen.encoding.grid import GRID_TICKS
from musicgen.encoding.notes import STEP_TICKS, NotesEncoding

STEP_SHIFT = STEP_TICKS // GRID_TICKS
assert STEP_SHIFT * GRID_TICKS == STEP_TICKS


class TokenCopyGuard:
    """Constraint for K pieces of `notes`: forbids tokens with a note that completes a copy."""

    def __init__(
        self, encoding: NotesEncoding, index: OriginalityIndex, max_copy: int, pieces: int
    ) -> None:
        """max_copy: longest allowed match, in notes."""
        self._codes, self._name = index.codes, encoding.fields[0].name
        self._ngrams = index.ngrams(
            max_copy
        )  # as many transitions as a match has that is one note too long
        self._keys = [np.unique(piano_keys(np.array(pitches))) for pitches in encoding.voicings]
        size = max(map(len, self._keys))
        self._inside = np.full(
            (len(self._keys), size), END, np.int64
        )  # transitions within each token
        for token, keys in enumerate(self._keys):
            self._inside[token, 1 : len(keys)] = encode_transition(0, np.diff(keys))
        self._lowest = np.array([keys[0] for keys in self._keys])
        self._highest = np.array([keys[-1] for keys in self._keys])
        self._recent = np.full((pieces, max_copy - 1), END, np.int64)
        self._last: np.ndarray | None = None  # (K,) keys; None before the first note

    def rules(self) -> Rules:
        return {self._name: (self._forbid_tokens,)}

    def push(self, fields: np.ndarray) -> None:
        tokens = fields[:, 0]
        for row, token in enumerate(tokens):
            inside = self._inside[token, : len(self._keys[token])].copy()
            if self._last is not None:
                inside[0] = encode_transition(STEP_SHIFT, self._lowest[token] - self._last[row])
            joined = np.concatenate([self._recent[row], inside])
            self._recent[row] = joined[len(inside) :]
        self._last = self._highest[tokens]

    def select(self, rows: np.ndarray) -> None:
        self._recent = self._recent[rows]
        if self._last is not None:
            self._last = self._last[rows]

    def _forbid_tokens(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        if self._last is None:
            return logits
        forbidden = np.array([self._completes(row) for row in range(len(logits))])  # (K, V)
        return np.where(forbidden, FORBIDDEN, logits)

    def _completes(self, row: int) -> np.ndarray:
        """Tokens that would complete a copy in one piece: (V,) bool."""
        assert self._last is not None
        codes = self._inside.copy()  # (V, C)
        codes[:, 0] = encode_transition(STEP_SHIFT, self._lowest - self._last[row])
        before = np.broadcast_to(self._recent[row], (len(codes), self._recent.shape[1]))
        joined = np.concatenate([before, codes], axis=1)  # (V, N - 1 + C)
        length = self._ngrams.length
        hashes = ngram_hashes(joined, length)  # (V, C), one per last note
        low, high = self._ngrams.ranges(hashes)
        completes = np.zeros(len(codes), bool)
        for token, note in np.argwhere(low < high):
            positions = self._ngrams.positions(low[token, note], high[token, note])
            for offset, code in enumerate(joined[token, note : note + length]):
                positions = positions[self._codes[positions + offset] == code]
            completes[token] |= (
                len(positions) > 0 and END not in joined[token, note : note + length]
            )
        return completes
