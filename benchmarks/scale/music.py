"""MIDI files in any number, spliced from excerpts of real pieces.

    python -m benchmarks.scale.music FOLDER --files 100000 [--more SOURCE]

A file has EXCERPTS excerpts of NOTES notes each, 200 notes in all, from random pieces of the
bundled collections and of SOURCE, transposed together. Every tenth is the file before it in another
key, so that there are near-duplicates to be found. The same number always gives the same file.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import symusic

from musicgen.corpus.load import load_collection

COLLECTIONS = ("bach-chorales", "ryans-mammoth")
EXCERPTS, NOTES = 8, 25
COPY_EVERY = 10  # files
FILES_OF_FOLDER = 1000
RESOLUTION = 24  # ticks per quarter


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--more", help="folder or zip of MIDI files to use as well")
    arguments = parser.parse_args()
    write_files(arguments.folder, arguments.files, excerpt_sources(arguments.more))


def excerpt_sources(more: str | None = None) -> list[np.ndarray]:
    """Note tables of the pieces that excerpts are taken from, on the grid and without drums."""
    names = [*COLLECTIONS, *([more] if more else [])]
    scores = [score.on_grid().pitched for name in names for score in load_collection(name).scores]
    tables = [score.notes for score in scores if not score.is_performance]
    return [table for table in tables if len(table) > 2 * NOTES]


def write_files(folder: Path, files: int, tables: Sequence[np.ndarray]) -> None:
    """Write the first so many files, a thousand to a folder; those that are there stay."""
    for number in range(files):
        path = folder / f"{number // FILES_OF_FOLDER:03}" / f"{number:07}.mid"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(midi_bytes(spliced(tables, number)))


def spliced(tables: Sequence[np.ndarray], number: int) -> np.ndarray:
    """The notes of a number's piece: (N,) NOTE_DTYPE."""
    is_copy = number % COPY_EVERY == COPY_EVERY - 1
    rng = np.random.default_rng(number - is_copy)
    excerpts, at = [], 0
    for index in rng.integers(len(tables), size=EXCERPTS):
        table = tables[index]
        first = rng.integers(len(table) - NOTES)
        excerpt = table[first : first + NOTES].copy()
        excerpt["start"] += at - excerpt["start"][0]
        at = int((excerpt["start"] + excerpt["duration"]).max())
        at = -(-at // RESOLUTION) * RESOLUTION  # to the next quarter
        excerpts.append(excerpt)
    notes = np.concatenate(excerpts)
    shift = int(rng.integers(-5, 6)) + (2 if is_copy else 0)
    notes["pitch"] = (notes["pitch"] + shift).clip(21, 108)
    return notes


def midi_bytes(notes: np.ndarray) -> bytes:
    """Notes as a MIDI file of one track; symusic writes it in a tenth of the usual time."""
    score, track = symusic.Score(RESOLUTION), symusic.Track()
    columns = ("start", "duration", "pitch", "velocity")
    types = (np.int32, np.int32, np.int8, np.int8)
    arrays = [notes[name].astype(kind) for name, kind in zip(columns, types, strict=True)]
    track.notes = symusic.Note.from_numpy(*arrays)
    score.tracks.append(track)
    written: bytes = score.dumps_midi()
    return written


if __name__ == "__main__":
    main()
