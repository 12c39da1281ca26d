"""How far a piece reaches from its lowest note to its highest: no farther than is usual.

Note by note a model may drift, the upper parts upwards and the bass downwards. So a key that
widens the range of the piece beyond what the collection's pieces have is less likely, by the
semitones that it does.
"""

from __future__ import annotations

import numpy as np

from musicgen.composing.constraints.rules import Rules, StepContext
from musicgen.encoding.events import PITCH
from musicgen.encoding.grid import KEYS

LOGIT_BIAS = 1.5  # nats a semitone


class Ambitus:
    """Watches K pieces of `events`."""

    def __init__(self, pieces: int, span: int) -> None:
        """span: semitones from the lowest note to the highest that cost nothing."""
        self._span = span
        self._lowest, self._highest = np.full(pieces, KEYS), np.full(pieces, -1)  # no note yet

    def rules(self) -> Rules:
        return {PITCH.name: (self._pitches,)}

    def push(self, fields: np.ndarray) -> None:
        self._lowest = np.minimum(self._lowest, fields[:, 1])
        self._highest = np.maximum(self._highest, fields[:, 1])

    def select(self, rows: np.ndarray) -> None:
        self._lowest, self._highest = self._lowest[rows], self._highest[rows]

    def _pitches(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        keys, lowest, highest = np.arange(KEYS), self._lowest[:, None], self._highest[:, None]
        span = np.maximum(highest, keys) - np.minimum(lowest, keys)  # (K, KEYS) with each key
        usual = np.maximum(highest - lowest, self._span)
        return logits - (LOGIT_BIAS * (span - usual).clip(min=0)).astype(logits.dtype)
