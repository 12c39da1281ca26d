"""Conditions: features that a piece can be asked for and that need not be given."""

from __future__ import annotations

from dataclasses import dataclass

from musicgen.encoding.grid import BEATS
from musicgen.encoding.parts.form_features import UNKNOWN
from musicgen.encoding.parts.given_features import NO_CHORDS
from musicgen.encoding.parts.roles import UNKNOWN_KEY
from musicgen.encoding.parts.values import no_step
from musicgen.encoding.steps import Features


@dataclass(frozen=True)
class Condition:
    """Columns of a feature, from `first` on, and their values where nothing is asked for."""

    feature: str
    first: int
    unknown: tuple[int, ...]

    def hide(self, features: Features) -> None:
        """Set the columns to unknown, in place, where an encoding has the feature."""
        if self.feature in features:
            columns = slice(self.first, self.first + len(self.unknown))
            features[self.feature][:, columns] = self.unknown


BARS_LEFT = Condition("clock", 2, (0,))
KEY = Condition("key", 0, (UNKNOWN_KEY,))
FORM = Condition("form", 0, (UNKNOWN, *no_step(BEATS)))
CHORDS = Condition("chords", 0, NO_CHORDS)
CONDITIONS = (BARS_LEFT, KEY, FORM, CHORDS)
