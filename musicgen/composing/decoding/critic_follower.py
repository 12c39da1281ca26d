"""What a critic says of pieces while they are drawn."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from musicgen.encoding.conditions import BARS_LEFT, CHORDS
from musicgen.encoding.model_interface import Critic
from musicgen.encoding.steps import Features

# Hidden from a critic: composed pieces mostly have one length, and chords are not always asked for.
HIDDEN = (BARS_LEFT, CHORDS)


class CriticFollower:
    """What a critic says of K pieces, step by step.

    It is asked in a thread of its own, on another core, while the model draws all but the first
    field of the step.
    """

    def __init__(self, critic: Critic, pieces: int) -> None:
        self._stepper = critic.start(pieces)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="critic")
        self._pending: Future[np.ndarray] | None = None
        self._logits = np.zeros(pieces)

    @property
    def logits(self) -> np.ndarray:
        """Of the pieces before the step that was read last: (K,)."""
        if self._pending is not None:
            self._logits = self._pending.result()[:, 0].astype(float)
            self._pending = None
        return self._logits

    def read(self, features: Features) -> None:
        """Read the features before the next step of each piece: (K, width) by name."""
        shown = dict(features)
        for condition in HIDDEN:
            if condition.feature in shown:
                shown[condition.feature] = shown[condition.feature].copy()
                condition.hide(shown)
        nothing = np.zeros((len(self.logits), 0), np.int32)
        self._pending = self._thread.submit(self._stepper.logits, shown, nothing)

    def push(self, fields: np.ndarray) -> None:
        """Add a step to each piece: (K, F)."""
        self._logits = self.logits  # the stepper is free once it has answered
        self._stepper.push(fields)

    def select(self, rows: np.ndarray) -> None:
        """Go on with these rows."""
        self._logits = self.logits[rows]
        self._stepper.select(rows)
