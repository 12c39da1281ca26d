"""What a collection of thousands of files costs.

    python -m benchmarks.many_files [--files 1000 3000 10000] [--more FOLDER] [--json]

The files are pieces of the bundled collections, and of a folder of MIDI files where one is
given, transposed and cut so that they differ. Each row is a process of its own,
`musicgen corpus` with an empty cache: its seconds by the clock, those for each 1,000 files
(which must not grow), the most memory that it held, and the seconds of a second time, when the
record of the first is read. Most of its minutes go into writing the files.
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
FEWEST = 20  # notes that a cut leaves
SHIFTS = range(-5, 7)  # semitones


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--files", type=int, nargs="+", default=[1_000, 3_000, 10_000])
    parser.add_argument("--more", type=Path, help="a folder of MIDI files to copy from as well")
    parser.add_argument("--json", action="store_true", help="print one JSON object and no table")
    arguments = parser.parse_args()
    sources = [*COLLECTIONS, *([str(arguments.more)] if arguments.more else [])]
    pieces = [score for source in sources for score in load_collection(source).scores]
    rows = [measured(pieces, files) for files in arguments.files]
    if arguments.json:
        print(json.dumps(rows))
        return
    print("  files       notes  seconds  of 1,000  memory, MB  again, seconds")
    for row in rows:
        print(
            f"{row['files']:7,} {row['notes']:11,} {row['seconds']:8.2f} "
            f"{row['of_1000']:9.2f} {row['memory_mb']:11,.0f} {row['again']:15.2f}"
        )


def measured(pieces: Sequence[Score], files: int) -> dict[str, float]:
    """The cost of so many files; a process that measures one command can say its memory."""
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
    """So many MIDI files, each a piece in another key and with another end than its last copy."""
    folder.mkdir()
    long = [piece for piece in pieces if len(piece) > FEWEST]
    copies = (
        varied(piece, turn) for turn in count() for piece in long if turn < len(piece) - FEWEST
    )
    for number, copy in enumerate(islice(copies, files)):
        (folder / f"{number:05}.mid").write_bytes(midi_bytes(copy))


def varied(piece: Score, turn: int) -> Score:
    """The piece without its last notes, one more at each turn, in another key."""
    cut = replace(piece, notes=piece.notes[: len(piece) - turn])
    shift = SHIFTS[turn % len(SHIFTS)]
    pitches = cut.notes["pitch"].astype(int) + shift
    inside = len(pitches) and pitches.min() >= 0 and pitches.max() < 128
    return cut.transposed(shift) if inside else cut


def run(folder: Path, home: Path) -> dict[str, float]:
    """The command's answer, with its seconds by the clock and the most memory of its process."""
    command = [sys.executable, "-m", "musicgen", "corpus", str(folder), "--json"]
    began = time.perf_counter()
    done = subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, "MUSICGEN_HOME": str(home)}
    )
    assert done.stdout is not None
    answer = json.loads(done.stdout.read())
    _, _, usage = os.wait4(done.pid, 0)
    done.returncode = 0
    clock = time.perf_counter() - began
    return {**answer, "clock": clock, "memory_mb": usage.ru_maxrss * _UNIT / 1e6}


_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes of what the system counts memory in


if __name__ == "__main__":
    main()
