"""What it costs a training to be watched: two pages on the Train page, in a real Chromium.

    python -m benchmarks.watching [--rounds 5] [--seconds 90] [--pages 2] [--json]

One training goes on all the while; turns without a page and with the pages open alternate, the
server up in both. A turn's speed is what the training itself logs, validation and checkpoints
aside. Shares are of one processor: the server's is what the studio costs; Chromium's is what a
person's own computer would bear, and here it takes the same cores from the training, most of all
without a graphics card. So the slowdown is an upper bound, and the server's share of all
processors is what is left of it where the browser is on another computer. To be run on a machine
that does nothing else, with the default length; it takes about 20 minutes. Needs Linux and a
Chromium.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.pages import CURVES, server
from benchmarks.shared.chromium import chromium
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings, TrainSettings
from musicgen.training.worker import launch

SETTLE = 5.0  # seconds after pages were opened or closed
LOOK = 0.5  # seconds between two looks at the training
ENDLESS = 100_000  # epochs

Seconds = dict[int, float]  # of processor time, by process


@dataclass(frozen=True)
class Turn:
    """One stretch of the training."""

    predictions_per_second: float
    training: float  # shares of one processor
    server: float
    chromium: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=90.0, help="of a turn")
    parser.add_argument("--pages", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="print one JSON object and no table")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["MUSICGEN_HOME"] = home
        turns = measured(Path(home), arguments.rounds, arguments.seconds, arguments.pages)
    found = summary(*turns)
    if arguments.json:
        print(json.dumps({**found, "turns": [list(map(asdict, each)) for each in turns]}))
        return
    print(f"{'shares of one processor':28}{'predictions/s':>15}{'training':>10}", end="")
    print(f"{'server':>10}{'Chromium':>10}")
    for name, each in zip(("no page", f"{arguments.pages} pages"), turns, strict=True):
        for turn in each:
            print(
                f"{name:28}{turn.predictions_per_second:15,.0f}{turn.training:10.1%}"
                f"{turn.server:10.1%}{turn.chromium:10.1%}"
            )
    for name, value in found.items():
        print(f"{name.replace('_', ' '):44}{value:10.1%}")


def summary(alone: list[Turn], watched: list[Turn]) -> dict[str, float]:
    """Median over the rounds; a round's turns are compared with each other alone."""
    pairs = list(zip(alone, watched, strict=True))
    slower = [1 - b.predictions_per_second / a.predictions_per_second for a, b in pairs]
    server = [b.server - a.server for a, b in pairs]
    return {
        "slowdown": statistics.median(slower),
        "least_slowdown": min(slower),
        "largest_slowdown": max(slower),
        "server_for_the_pages": statistics.median(server),
        "server_for_the_pages_of_all_processors": statistics.median(server) / (os.cpu_count() or 1),
        "chromium": statistics.median(turn.chromium for turn in watched),
    }


def measured(home: Path, rounds: int, seconds: float, pages: int) -> tuple[list[Turn], list[Turn]]:
    """Turns without a page, and turns with pages open, in turns."""
    alone: list[Turn] = []
    watched: list[Turn] = []
    with training() as run, server(home) as (url, server_pid), chromium() as browser:
        for _ in range(rounds):
            alone.append(_turn(run, server_pid, seconds))
            with ExitStack() as opened:
                for _ in range(pages):
                    page = opened.enter_context(browser.page())
                    page.goto(f"{url}/Train?show=Watch&run={run.name}")
                    page.wait_for(CURVES)
                watched.append(_turn(run, server_pid, seconds))
    return alone, watched


@contextmanager
def training() -> Iterator[Run]:
    """A training that has its first epoch, with the work done once, behind it."""
    settings = TrainSettings(epochs=ENDLESS, patience=0, batch_size=8)  # blocks of a second or two
    run = launch.start(RunSettings("watched", "bach-chorales", train=settings))
    try:
        while run.status().epoch < 1 or len(_speeds(run)) < 10:
            if not run.alive() and run.stored_status().pid:
                raise RuntimeError(f"the training ended: {run.stored_status().message}")
            time.sleep(LOOK)
        yield run
    finally:
        (run.folder / "stop").touch()
        while run.alive():
            time.sleep(LOOK)


def _turn(run: Run, server_pid: int, seconds: float) -> Turn:
    """Watch the training for some seconds."""
    time.sleep(SETTLE)
    training_pid = run.stored_status().pid
    logged, began, before = len(_speeds(run)), time.monotonic(), _processor_seconds()
    time.sleep(seconds)
    passed, after = time.monotonic() - began, _processor_seconds()
    served = _family(server_pid)
    browsing = _family(os.getpid()) - served - _family(training_pid) - {os.getpid()}

    def share(pids: set[int]) -> float:
        return sum(after.get(pid, 0.0) - before.get(pid, 0.0) for pid in pids) / passed

    # The first line tells of a block that had begun before.
    speeds = _speeds(run)[logged + 1 :]
    if not speeds:
        raise RuntimeError(f"the training logged nothing in {seconds} s: give it longer turns")
    return Turn(
        statistics.harmonic_mean(speeds), share({training_pid}), share(served), share(browsing)
    )


def _speeds(run: Run) -> list[float]:
    """Predictions a second of each block of batches so far."""
    lines = [line for line in run.metrics() if line["kind"] == "step"]
    return [line["steps_per_second"] for line in lines]


def _processor_seconds() -> Seconds:
    """Of every process, in user and system mode."""
    ticks = os.sysconf("SC_CLK_TCK")
    return {pid: (int(row[11]) + int(row[12])) / ticks for pid, row in _processes()}


def _family(pid: int) -> set[int]:
    """A process and all that it started, and those again."""
    parents = {child: int(row[1]) for child, row in _processes()}
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _processes() -> Iterator[tuple[int, list[str]]]:
    """Each process's number, and its row of the system's table from its state on."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                row = (folder / "stat").read_text()
            except OSError:  # it has just ended
                continue
            yield int(folder.name), row.rpartition(")")[2].split()


if __name__ == "__main__":
    main()
