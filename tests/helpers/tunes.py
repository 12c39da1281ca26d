"""Random pieces from a seed: tunes, and hymns of four-part chords."""

from __future__ import annotations

import numpy as np

from musicgen.score import NOTE_DTYPE, Score, notes_from, without_overlaps

# MIDI pitches of chords in C major, and the chords that may follow them.
CHORDS = {
    "I": (48, 60, 64, 67),
    "IV": (53, 60, 65, 69),
    "V": (43, 59, 62, 67),
    "vi": (45, 60, 64, 69),
}
FOLLOWING = {"I": ("IV", "V", "vi"), "IV": ("V", "I"), "V": ("I", "vi"), "vi": ("IV", "V")}
HALF_NOTE = 48  # ticks


def tune(seed: int, notes: int = 80, chord: float = 0.3) -> Score:
    """A tune with chords now and then; no two seeds give the same."""
    rng = np.random.default_rng(seed)
    table = np.zeros(notes, NOTE_DTYPE)
    shifts = rng.choice([6, 12, 12, 24], notes) * (rng.random(notes) > chord)
    shifts[0] = 0
    table["start"] = np.cumsum(shifts)
    table["duration"] = rng.choice([6, 12, 24], notes)
    table["pitch"] = 48 + np.cumsum(rng.integers(-7, 8, notes)) % 30
    table["velocity"] = 80
    return Score(without_overlaps(Score(table).notes), name=f"tune {seed}")


def hymn(seed: int, bars: int = 16) -> Score:
    """Chords of C major in half notes, each one that may follow the chord before."""
    rng = np.random.default_rng(seed)
    names = ["I"]
    while len(names) < 2 * bars:
        names.append(str(rng.choice(FOLLOWING[names[-1]])))
    rows = [
        (HALF_NOTE * number, HALF_NOTE, pitch)
        for number, name in enumerate(names)
        for pitch in CHORDS[name]
    ]
    return Score(notes_from(rows), name=f"hymn {seed}")
