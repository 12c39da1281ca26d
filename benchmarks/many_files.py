"""Time and memory to read a collection of thousands of files.

    python -m benchmarks.many_files [--files 1000 3000 10000] [--more FOLDER] [--json]

The files are pieces of the bundled collections and of the folder FOLDER, transposed and shortened
so that they differ. Each row is one process, `musicgen corpus` with an empty cache: seconds,
seconds per 1,000 files (which must not grow), peak memory, and the seconds of a second process,
which reads the cache. Most of the time is spent on writing the files.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

from musicgen.corpus.load import load_collection
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score

COLLECTIONS = ("bach-chorales", "ryans-mammoth")
MIN_NOTES = 20
MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024  # unit of ru_maxrss
TRANSPOSITIONS = range(-5, 7)  # semitones


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--files", type=int, nargs="+", default=[1_000, 3_000, 10_000])
    parser.add_argument("--more", type=Path, help="folder of MIDI files to use as well")
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = parser.parse_args()
    names = [*COLLECTIONS, *([str(arguments.more)] if arguments.more else [])]
    pieces = [score for name in names for score in load_collection(name).scores]
    rows = [measure(pieces, files) for files in arguments.files]
    if arguments.json:
        print(json.dumps(rows))
        return
    print("  files       notes  seconds  of 1,000  memory, MB  again, seconds")
    for row in rows:
        print(
            f"{row['files']:7,} {row['notes']:11,} {row['seconds']:8.2f} "
            f"{row['of_1000']:9.2f} {row['memory_mb']:11,.0f} {row['again']:15.2f}"
        )


def measure(pieces: Sequence[Score], files: int) -> dict[str, float]:
    """Time and memory of reading a number of files, without and with a cache."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "many"
        write(pieces, files, folder)
        first, again = (run(folder, Path(scratch) / "home") for _ in range(2))
    assert first["files"] == files, f"{first['files']} of {files} files were read"
    seconds = first["clock"]
    return {
        "files": files,
        "notes": first["notes"],
        "seconds": seconds,
        "of_1000": 1000 * seconds / files,
        "memory_mb": max(first["memory_mb"], again["memory_mb"]),
        "again": again["clock"],
    }


def write(pieces: Sequence[Score], files: int, folder: Path) -> None:
    """Write MIDI files; copies of a piece differ in key and length."""
    folder.mkdir()
    pieces = [piece for piece in pieces if len(piece) > MIN_NOTES]
    copies = (
        varied(piece, turn) for turn in count() for piece in pieces if turn < len(piece) - MIN_NOTES
    )
    for number, copy in enumerate(islice(copies, files)):
        (folder / f"{number:05}.mid").write_bytes(midi_bytes(copy))


def varied(piece: Score, turn: int) -> Score:
    """The piece without its last `turn` notes, transposed where its notes stay in MIDI's range."""
    shortened = replace(piece, notes=piece.notes[: len(piece) - turn])
    shift = TRANSPOSITIONS[turn % len(TRANSPOSITIONS)]
    pitches = shortened.notes["pitch"].astype(int) + shift
    fits = len(pitches) and pitches.min() >= 0 and pitches.max() < 128
    return shortened.transposed(shift) if fits else shortened


def run(folder: Path, home: Path) -> dict[str, float]:
    """The JSON answer of the command, with its seconds and the peak memory of its process."""
    command = [sys.executable, "-m", "musicgen", "corpus", str(folder), "--json"]
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, "MUSICGEN_HOME": str(home)}
    )
    assert process.stdout is not None
    answer = json.loads(process.stdout.read())
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    clock = time.perf_counter() - started
    return {**answer, "clock": clock, "memory_mb": usage.ru_maxrss * MAXRSS_BYTES / 1e6}


if __name__ == "__main__":
    main()
