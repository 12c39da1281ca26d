"""Small melodies for tests, as scores and as MIDI files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from musicgen.encoding.steps import Steps
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score, notes_from

NO_STEPS = Steps(np.zeros((0, 3), np.int32))  # a piece of `events` in common time
SCALE = (60, 62, 64, 65, 67, 69, 71, 72)


def tiny_pieces(count: int = 12, notes: int = 40) -> list[Score]:
    """Stepwise random melodies in eighths in C major, with a bass note per bar."""
    rng = np.random.default_rng(7)
    pieces = []
    for number in range(count):
        degree, rows = int(rng.integers(8)), []
        for i in range(notes):
            degree = int(np.clip(degree + rng.integers(-2, 3), 0, 7))
            rows.append((i * 12, 12, SCALE[degree]))
            if i % 8 == 0:
                rows.append((i * 12, 96, SCALE[degree] - 24))
        pieces.append(Score(notes_from(rows), 100.0, name=f"melody {number:02}"))
    return pieces


def write_folder(folder: Path, count: int = 12, notes: int = 40) -> Path:
    """Write the melodies as MIDI files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for score in tiny_pieces(count, notes):
        (folder / f"{score.name}.mid").write_bytes(midi_bytes(score))
    return folder
