"""A piece's settings back in the form: what its model decided is left to the model again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from musicgen.composing.pipeline import resolved
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.score import Score
from musicgen.ui.compose.form import state
from musicgen.ui.compose.models import find_opened


def refill(settings: ComposeSettings, model: str, primed: bool) -> None:
    """Set the widgets as they were for a piece of this model; before they are drawn.

    primed: the piece had a beginning, or may have had one.
    """
    opened = find_opened(model)
    state.fill(left_open(settings, opened.profile, primed) if opened else settings)


def left_open(settings: ComposeSettings, known: TrainingProfile, primed: bool) -> ComposeSettings:
    """The fewest settings that come to the same, once the collection's habits fill in the rest.

    So another model that is chosen later follows the habits of its own collection.
    """
    primer = Score() if primed else None
    left: dict[str, Any]
    for name in ("metre", "tempo", "program", "max_copy"):
        left = {name: None}
        fewer = replace(settings, **left)
        if resolved(fewer, known, primer) == resolved(settings, known, primer):
            settings = fewer
    return settings
