"""How preparing, training, the Data page and the originality index grow with the files.

    python -m benchmarks.scale.growth [--files 1000 10000] [--folder FOLDER] [--more SOURCE]

For each number of files: seconds, processor seconds and peak memory (of all processes together) of
`musicgen prepare` in two processes; megabytes on disk; milliseconds of processor time until the
numbers and figures of the Data page are there; windows a second of the input pipeline; peak memory
of a training of a few batches; seconds of building and opening the originality index of the
training pieces, milliseconds of asking it. Files are made in FOLDER and stay there for the next
time; the default is a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

import numpy as np
import psutil

from benchmarks.scale.music import excerpt_sources, write_files
from musicgen.composing.originality.index import FILE, load_index, save_index
from musicgen.composing.originality.report import originality
from musicgen.corpus.split import Shares
from musicgen.prepared.data_set import PreparedSet, open_prepared
from musicgen.training.data.stored_profile import index_of
from musicgen.training.data.windows import Windows

SAMPLE_SECONDS = 0.1  # between two looks at the memory
LENGTH, BATCH, BATCHES = 128, 32, 40  # of the input pipeline
TRAINING = "--epochs 100000 --minutes 0.5 --width 64 --layers 1 --valid-share 0.01 --test-share 0"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--files", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--more", help="folder or zip of MIDI files to splice as well")
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or Path(scratch)
        rows = [measure(folder, files, arguments.more) for files in arguments.files]
    if arguments.json:
        print(json.dumps(rows))
        return
    for name in rows[0]:
        print(f"{name:45}", *(f"{row[name]:14,.2f}" for row in rows))


def measure(folder: Path, files: int, more: str | None) -> dict[str, float]:
    """All figures of one number of files."""
    source, prepared = folder / f"files-{files}", folder / f"prepared-{files}"
    if not source.exists():
        write_files(source, files, excerpt_sources(more))
    shutil.rmtree(prepared, ignore_errors=True)
    row = {"files": float(files)}
    command = ["prepare", str(source), str(prepared), "--processes", "2"]
    row |= {f"prepare, {name}": value for name, value in observed(command).items()}
    data_set = open_prepared(prepared)
    row["notes"] = float(data_set.statistics.overview.notes)
    row["prepared, MB on disk"] = _megabytes(prepared)
    row |= page_figures(prepared) | input_figures(data_set) | index_figures(data_set)
    run = f"scale-{files}"
    command = ["train", str(prepared), "--run", run, *TRAINING.split()]
    row |= {f"training, {name}": value for name, value in observed(command).items()}
    return row


def observed(arguments: list[str]) -> dict[str, float]:
    """Seconds, processor seconds and peak memory of a command with all its processes."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "musicgen", *arguments], stdout=subprocess.DEVNULL
    )
    peak, processor, own = 0.0, {}, psutil.Process(process.pid)
    largest = 0.0
    while process.poll() is None:
        total = 0.0
        try:
            for each in (own, *own.children(recursive=True)):
                memory = each.memory_info().rss / 1e6
                total, largest = total + memory, max(largest, memory)
                times = each.cpu_times()
                processor[each.pid] = times.user + times.system
        except psutil.Error:  # it ended between two looks
            pass
        peak = max(peak, total)
        time.sleep(SAMPLE_SECONDS)
    assert process.returncode == 0, f"{arguments} failed"
    return {
        "seconds": time.perf_counter() - started,
        "processor seconds": sum(processor.values()),
        "MB of memory": peak,
        "MB of the largest process": largest,
    }


def page_figures(prepared: Path) -> dict[str, float]:
    """Processor time until all numbers and first figures of the Data page are there."""
    from musicgen.ui.data.prepared_sets import _figures

    started = time.process_time()
    data_set = open_prepared(prepared)
    _figures("Notes", data_set.statistics)
    np.bincount(data_set.sides(Shares()))
    return {"Data page, ms of processor time": 1e3 * (time.process_time() - started)}


def input_figures(data_set: PreparedSet) -> dict[str, float]:
    """Notes a processor second that the input pipeline gives to training."""
    windows = Windows(data_set.pieces("train", Shares()), data_set.encoding, LENGTH, BATCH)
    started, notes = time.process_time(), 0.0
    for _, _, weights in islice(windows.shuffled(0, 0, (-5, 6)), BATCHES):
        notes += float(next(iter(weights.values())).sum())
    return {"input, notes a processor second": notes / (time.process_time() - started)}


def index_figures(data_set: PreparedSet) -> dict[str, float]:
    """Processor time of building, opening and asking the originality index."""
    pieces = data_set.pieces("train", Shares())
    started = time.process_time()
    index = index_of(pieces, data_set)
    with tempfile.TemporaryDirectory() as folder:
        save_index(index, Path(folder))
        built = time.process_time() - started
        notes, size = float(len(index.codes)), (Path(folder) / FILE).stat().st_size
        del index
        started = time.process_time()
        opened_index = load_index(Path(folder))
        opened = time.process_time() - started
    assert opened_index is not None
    piece = data_set.encoding.decode(data_set.pieces("valid", Shares())[0])
    queried = []
    for _ in range(3):
        started = time.process_time()
        originality(piece, opened_index)
        queried.append(time.process_time() - started)
    return {
        "index, notes": notes,
        "index built, processor seconds": built,
        "index opened, processor seconds": opened,
        "index queried first, processor ms": 1e3 * queried[0],
        "index queried again, processor ms": 1e3 * min(queried),
        "index, MB on disk": size / 1e6,
    }


def _megabytes(folder: Path) -> float:
    paths = (Path(parent) / name for parent, _, names in os.walk(folder) for name in names)
    return sum(path.stat().st_size for path in paths) / 1e6


if __name__ == "__main__":
    main()
