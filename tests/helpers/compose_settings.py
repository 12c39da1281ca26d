"""Settings of the composer without endings and without the style of a collection."""

from __future__ import annotations

from typing import Any

from musicgen.composing.settings import NO_STYLE, ComposeSettings


def plain_settings(**changes: Any) -> ComposeSettings:
    """Settings with which a piece is what the model draws, apart from these changes."""
    plain = {**NO_STYLE, "endings": 0, "rhythm_tail": 1.0, "from_home": False}
    return ComposeSettings(**{**plain, **changes})
