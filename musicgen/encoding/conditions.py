"""Conditions: features that a piece can be asked for and that need not be given."""

from __future__ import annotations

from dataclasses import dataclass

from musicgen.encoding.parts.roles import UNKNOWN_KEY
from musicgen.encoding.steps import Features


@dataclass(frozen=True)
class Condition:
    """A column of a feature, and its value where nothing is asked for."""

    feature: str
    column: int
    unknown: int

    def hide(self, features: Features) -> None:
        """Set the column to unknown, in place, where an encoding has the feature."""
        if self.feature in features:
            features[self.feature][:, self.column] = self.unknown


BARS_LEFT = Condition("clock", 2, 0)
KEY = Condition("key", 0, UNKNOWN_KEY)
CONDITIONS = (BARS_LEFT, KEY)
