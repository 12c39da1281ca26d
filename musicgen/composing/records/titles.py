"""Titles of composed pieces in words: `Chorale in A major, 16 bars`."""

from __future__ import annotations

from pathlib import Path

from musicgen.score import Score
from musicgen.theory.keys import find_keys
from musicgen.ticks import clock_text

PIECE = "Piece"
KINDS = {  # what a piece of a bundled collection is
    "bach-chorales": "Chorale",
    "ryans-mammoth": "Fiddle tune",
    "string-quartets": "String quartet",
}


def title_of(score: Score, collection: str = "") -> str:
    """Title of a piece from its notes. collection: that of its model, a name or a path."""
    kind = KINDS.get(Path(collection).name, PIECE)
    key = find_keys([score.on_grid()])[0] if len(score) else None
    name = f"{kind} in {key}" if key else kind
    if score.is_performance:
        return f"{name}, {clock_text(score.seconds)}"
    bars = score.full_bars
    return f"{name}, {bars} bar{'s' * (bars != 1)}"
