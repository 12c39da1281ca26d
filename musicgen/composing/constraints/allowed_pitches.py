"""Pitches that the settings allow."""

from __future__ import annotations

import numpy as np

from musicgen.composing.settings import ComposeSettings
from musicgen.errors import InvalidSetting
from musicgen.theory.scales import pitch_classes


def allowed_pitches(settings: ComposeSettings) -> np.ndarray:
    """MIDI pitches within the range and the key: (128,) bool; InvalidSetting where none is."""
    pitches = np.arange(128)
    allowed = (pitches >= settings.lowest) & (pitches <= settings.highest)
    if settings.key is not None:
        allowed &= np.isin(pitches % 12, list(pitch_classes(settings.key)))
    if not allowed.any():
        raise InvalidSetting(
            f"no note of {settings.key} lies from {settings.lowest} to {settings.highest}: "
            "widen the range"
        )
    return allowed
