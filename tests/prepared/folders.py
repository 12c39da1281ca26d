"""Folders of small MIDI files, and the bytes of prepared folders."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score, notes_from

NOTES = 40


def random_piece(rng: np.random.Generator, name: str = "", velocity: int = 80) -> Score:
    """A line of quarters."""
    rows = [
        (24 * index, 24, pitch, velocity)
        for index, pitch in enumerate(rng.integers(40, 80, NOTES).tolist())
    ]
    return Score(notes_from(rows), name=name)


def write_songs(folder: Path, count: int = 40, seed: int = 0) -> Path:
    """MIDI files of random lines; every fifth is the one before, three semitones up."""
    folder.mkdir(parents=True, exist_ok=True)
    rng, latest = np.random.default_rng(seed), Score()
    for number in range(count):
        is_copy = number % 5 == 4
        latest = latest.transposed(3) if is_copy else random_piece(rng, velocity=60 + number % 3)
        (folder / f"{number:03}.mid").write_bytes(midi_bytes(latest))
    (folder / "broken.mid").write_bytes(b"MThd, and then nothing")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
