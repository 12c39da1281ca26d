"""How many notes a piece has for a model: what its bits are divided by."""

from __future__ import annotations

import numpy as np

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.steps import Encoding
from musicgen.score import Score


def count_notes(score: Score, encoding: Encoding) -> int:
    """Notes of a score on the grid of `events`, the unit that all encodings share, and drum hits.

    Hits count for the encoding that has them, one a sound and grid unit.
    """
    hits = _drum_hits(score, encoding) if isinstance(encoding, PartsEncoding) else 0
    return len(EventsEncoding().encode(score)) + hits


def _drum_hits(score: Score, encoding: PartsEncoding) -> int:
    placed = encoding.grid.on_clock(score)
    notes = placed.notes[placed.is_drum]
    return len(np.unique(notes[["start", "pitch"]]))
