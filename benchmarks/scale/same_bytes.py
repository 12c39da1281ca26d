"""Whether `musicgen prepare` writes the same bytes whoever does the work, and whatever is killed.

    python -m benchmarks.scale.same_bytes [--files 1000] [--folder FOLDER] [--more SOURCE]

The same files are prepared by one, two and four processes; then TIMES times by two and by four, of
which one after the other is killed at a random time and started again. Prints the hash of all files
of each folder, by path, and at what stage of the work the kills were.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.scale.music import excerpt_sources, write_files

PROCESSES, OF_KILLED = (1, 2, 4), (2, 4)
TIMES, KILLS = 4, 4
BETWEEN_KILLS = (0.5, 2.5)  # processor seconds of the process that is killed; it starts in 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--folder", type=Path, help="of the files, where they stay")
    parser.add_argument("--more", help="folder or zip of MIDI files to splice as well")
    parser.add_argument("--json", action="store_true", help="print JSON in place of lines")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        source = arguments.folder or Path(scratch) / "files"
        write_files(source, arguments.files, excerpt_sources(arguments.more))
        rows = {}
        for count in PROCESSES:
            folder = Path(scratch) / f"by-{count}"
            _wait([_start(source, folder) for _ in range(count)])
            rows[f"{count} processes"] = _hash(folder)
        for count in OF_KILLED:
            rng = random.Random(count)
            for time_ in range(TIMES):
                folder = Path(scratch) / f"killed-{count}-{time_}"
                stages = ", ".join(_prepare_with_kills(source, folder, count, rng))
                rows[f"{count} processes, time {time_ + 1}, killed at {stages}"] = _hash(folder)
    rows["all the same"] = str(len(set(rows.values())) == 1)
    print(json.dumps(rows) if arguments.json else "\n".join(f"{v}  {k}" for k, v in rows.items()))


def _start(source: Path, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "musicgen", "prepare", str(source), str(folder)]
    output = subprocess.DEVNULL
    return subprocess.Popen([*command, "--processes", "1"], stdout=output, stderr=output)


def _wait(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.wait():
            raise RuntimeError("a process that nobody killed has failed")


def _prepare_with_kills(source: Path, folder: Path, count: int, rng: random.Random) -> list[str]:
    """Prepare with kills; returns the stages of the work at which they were."""
    processes, stages = [_start(source, folder) for _ in range(count)], []
    for _ in range(KILLS):
        victim = rng.randrange(count)
        _work(processes[victim], rng.uniform(*BETWEEN_KILLS))
        if processes[victim].poll() is not None:
            break  # all is done
        processes[victim].kill()
        stages.append(_last_output(folder))
        processes[victim].wait()
        processes[victim] = _start(source, folder)
    _wait(processes)
    return stages


def _work(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait until a process has worked for some seconds more, or has ended."""
    stat = Path(f"/proc/{process.pid}/stat")

    def worked() -> float:
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100  # ticks of Linux

    end = worked() + seconds
    while process.poll() is None and worked() < end:
        time.sleep(0.01)


def _last_output(folder: Path) -> str:
    """Output of the latest stage that has begun."""
    names = ("pieces", "work/pairs", "work/ngrams", "work/units", "plan.json")
    begun = (name for name in names if (folder / name).exists())
    return next(begun, "start").removeprefix("work/")


def _hash(folder: Path) -> str:
    """Hash of the paths and bytes of all files."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(folder)}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    main()
