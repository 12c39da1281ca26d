"""Limit of a piece's ambitus: the range from its lowest note to its highest.

Note by note a model drifts, upper parts upwards and the bass downwards. A key that widens the
ambitus beyond that of the collection's pieces gets a lower logit, in proportion to the semitones
beyond.
"""

from __future__ import annotations

import numpy as np

from musicgen.composing.decoding.constraint import Rules, StepContext
from musicgen.encoding.events import PITCH
from musicgen.encoding.grid import KEYS

LOGIT_BIAS = 1.5  # nats a semitone


class Ambitus:
    """Constraint for K pieces of `events`."""

    def __init__(self, pieces: int, span: int) -> None:
        """span: semitones from the lowest note to the highest that cost nothing."""
        self._span = span
        self._lowest, self._highest = np.full(pieces, KEYS), np.full(pieces, -1)  # no note yet

    def rules(self) -> Rules:
        return {PITCH.name: (self._bias_pitches,)}

    def push(self, fields: np.ndarray) -> None:
        self._lowest = np.minimum(self._lowest, fields[:, 1])
        self._highest = np.maximum(self._highest, fields[:, 1])

    def select(self, rows: np.ndarray) -> None:
        self._lowest, self._highest = self._lowest[rows], self._highest[rows]

    def _bias_pitches(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        keys, lowest, highest = np.arange(KEYS), self._lowest[:, None], self._highest[:, None]
        span = np.maximum(highest, keys) - np.minimum(lowest, keys)  # (K, KEYS) with each key
        free = np.maximum(highest - lowest, self._span)  # (K, 1)
        return logits - (LOGIT_BIAS * (span - free).clip(min=0)).astype(logits.dtype)
