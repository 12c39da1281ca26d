"""Small melodies and pieces of several parts for tests, as scores and as MIDI files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from musicgen.encoding.steps import Steps
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score, notes_from
from musicgen.score_fields import Part

NO_STEPS = Steps(np.zeros((0, 3), np.int32))  # a piece of `events` in common time
BAR = 96  # ticks
BAND = (
    Part("Cello", 42),
    Part("Flute", 73, track=1),
    Part("Guitar", 24, track=2),
    Part("Drums", 0, True, 3),
)
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


def write_bands(folder: Path) -> Path:
    """Write a dozen pieces of `band_pieces` as MIDI files into a new folder."""
    folder.mkdir()
    for score in band_pieces(12, 3):
        (folder / f"{score.name}.mid").write_bytes(midi_bytes(score))
    return folder


def band_pieces(count: int = 4, bars: int = 6, drums: bool = True) -> list[Score]:
    """Made-up pieces in C major: a bass, a melody in eighths, chords, and drums."""
    rng = np.random.default_rng(3)
    parts = BAND if drums else BAND[:3]
    pieces = []
    for number in range(count):
        rows: list[tuple[int, ...]] = []
        for bar in range(bars):
            start, degree = bar * BAR, int(rng.integers(4))
            rows += [(start + at, 48, SCALE[degree] - 24, 80, 42, 0) for at in (0, 48)]
            for eighth in range(8):
                pitch = SCALE[int(rng.integers(8))] + 12
                rows.append((start + 12 * eighth, 12, pitch, 80, 73, 1))
            rows += [(start, 96, SCALE[degree + step] - 12, 80, 24, 2) for step in (0, 2, 4)]
            if drums:
                keys = (36, 42, 38, 42)
                rows += [(start + 24 * beat, 6, key, 80, 0, 3) for beat, key in enumerate(keys)]
        pieces.append(Score(notes_from(rows), 110.0, name=f"band {number}", parts=parts))
    return pieces
