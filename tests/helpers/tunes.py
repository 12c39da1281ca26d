"""Random pieces: rhythm and pitch as in a simple tune or hymn, from a seed."""

from __future__ import annotations

import numpy as np

from musicgen.score import NOTE_DTYPE, Score, without_overlaps


def tune(seed: int, notes: int = 80, chord: float = 0.3) -> Score:
    """A piece with chords now and then; no two seeds are alike."""
    rng = np.random.default_rng(seed)
    table = np.zeros(notes, NOTE_DTYPE)
    shifts = rng.choice([6, 12, 12, 24], notes) * (rng.random(notes) > chord)
    shifts[0] = 0
    table["start"] = np.cumsum(shifts)
    table["duration"] = rng.choice([6, 12, 24], notes)
    table["pitch"] = 48 + np.cumsum(rng.integers(-7, 8, notes)) % 30
    table["velocity"] = 80
    return Score(without_overlaps(Score(table).notes), name=f"tune {seed}")
