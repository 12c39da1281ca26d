"""What a critic says of pieces while they are drawn."""

from __future__ import annotations

import numpy as np

from musicgen.encoding.conditions import BARS_LEFT, CHORDS
from musicgen.encoding.model_interface import Critic
from musicgen.encoding.steps import Features

# Hidden from a critic: composed pieces mostly have one length, and chords are not always asked for.
HIDDEN = (BARS_LEFT, CHORDS)


class CriticFollower:
    """What a critic says of K pieces, step by step."""

    def __init__(self, critic: Critic, pieces: int) -> None:
        self._stepper = critic.start(pieces)
        self.logits = np.zeros(pieces)  # of the pieces before the step that was read last

    def read(self, features: Features) -> None:
        """Read the features before the next step of each piece: (K, width) by name."""
        shown = dict(features)
        for condition in HIDDEN:
            if condition.feature in shown:
                shown[condition.feature] = shown[condition.feature].copy()
                condition.hide(shown)
        nothing = np.zeros((len(self.logits), 0), np.int32)
        self.logits = self._stepper.logits(shown, nothing)[:, 0].astype(float)

    def push(self, fields: np.ndarray) -> None:
        """Add a step to each piece: (K, F)."""
        self._stepper.push(fields)

    def select(self, rows: np.ndarray) -> None:
        """Go on with these rows."""
        self._stepper.select(rows)
        self.logits = self.logits[rows]
