"""Rules that keep drums to the beat: to onsets in the bar that those of the collection have.

A model that has one hit beside the beat never learned to come back, and stays beside it.
"""

from __future__ import annotations

import numpy as np

from musicgen.composing.bars import GridPositions
from musicgen.composing.decoding.constraint import StepContext
from musicgen.composing.decoding.sampling import FORBIDDEN
from musicgen.encoding.grid import KEYS, LOWEST_KEY
from musicgen.encoding.parts.roles import RESTS
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from musicgen.encoding.parts.values import AFTER, REST, last_value


class KnownDrumOnsets:
    """The onsets of a piece's roles; parts whose role has none are free."""

    def __init__(self, opening: PartsSteps) -> None:
        sounds = [(n, s) for n, role in enumerate(opening.roles) for s in role.drum_onsets]
        length = 1 + max((max(sound.onsets, default=0) for _, sound in sounds), default=0)
        # By part, onset in the bar, and key, where the last one is of rests.
        self._known = np.zeros((len(opening.roles), length + 1, KEYS + 1), bool)
        for part, sound in sounds:
            key = REST if sound.key == RESTS else sound.key - LOWEST_KEY
            if 0 <= key <= REST:
                self._known[part, list(sound.onsets), key] = True
        self._has_steps = np.asarray(self._known.any(axis=2))  # (P, length + 1)
        self._is_restricted = np.asarray(self._has_steps.any(axis=1))  # (P,)
        self._positions, self._beyond = GridPositions(opening.metres), length
        self._waits = np.arange(last_value(opening.grid) + 1) - AFTER  # of the values of `next`

    def keep_sounds(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        """Forbid keys at onsets where that sound is never hit, and rests where none begins."""
        part = _parts(context)
        if not self._is_restricted[part].any():
            return logits
        place = self._places(context.now)
        known = self._known[part, place]  # (K, KEYS + 1)
        is_free = ~self._has_steps[part, place]
        return np.where(known | is_free[:, None], logits, FORBIDDEN)

    def keep_steps(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        """Forbid that a part goes on at an onset where it has no steps."""
        part = _parts(context)
        if not self._is_restricted[part].any():
            return logits
        waits = np.where(self._waits < 0, context.drawn[:, 1:2] + 1, self._waits)  # (K, V)
        fits = self._has_steps[part[:, None], self._places(context.now[:, None] + waits)]
        fits[:, [AFTER, -1]] = True  # another hit at once, and no further one
        return np.where(fits | ~self._is_restricted[part, None], logits, FORBIDDEN)

    def _places(self, onsets: np.ndarray) -> np.ndarray:
        """Place of onsets in the bar; those beyond all known ones have one place."""
        return np.minimum(self._positions[onsets], self._beyond)


def _parts(context: StepContext) -> np.ndarray:
    """Number of each row's part: (K,)."""
    return context.features["part"][:, 0]
