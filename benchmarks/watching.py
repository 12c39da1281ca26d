"""Slowdown of a training while Train pages are open in a real Chromium.

    python -m benchmarks.watching [--rounds 5] [--seconds 90] [--pages 2] [--json]

One training runs throughout. Turns without pages and with open pages alternate; the server runs in
both. The speed of a turn is what the training logs, without validation and checkpoints. Shares
are of one processor. Chromium runs on the training's processors here, and without a graphics card,
so the slowdown is an upper bound; with the browser on another computer, the server's share of all
processors remains. Takes about 20 minutes on a machine that does nothing else. Needs Linux and
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

from benchmarks.shared.chromium import chromium
from benchmarks.shared.server import CURVES, server
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings, TrainSettings
from musicgen.training.worker import launch

SETTLE_SECONDS = 5.0  # after pages were opened or closed
POLL_SECONDS = 0.5
MAX_EPOCHS = 100_000  # the training is stopped

Seconds = dict[int, float]  # processor time by process id


@dataclass(frozen=True)
class Turn:
    """Speed and processor shares during one turn."""

    predictions_per_second: float
    training: float  # shares of one processor
    server: float
    chromium: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=90.0, help="of a turn")
    parser.add_argument("--pages", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["MUSICGEN_HOME"] = home
        turns = measure(Path(home), arguments.rounds, arguments.seconds, arguments.pages)
    results = summary(*turns)
    if arguments.json:
        print(json.dumps({**results, "turns": [list(map(asdict, of_kind)) for of_kind in turns]}))
        return
    print(f"{'shares of one processor':28}{'predictions/s':>15}{'training':>10}", end="")
    print(f"{'server':>10}{'Chromium':>10}")
    for name, of_kind in zip(("no page", f"{arguments.pages} pages"), turns, strict=True):
        for turn in of_kind:
            print(
                f"{name:28}{turn.predictions_per_second:15,.0f}{turn.training:10.1%}"
                f"{turn.server:10.1%}{turn.chromium:10.1%}"
            )
    for name, value in results.items():
        print(f"{name.replace('_', ' '):44}{value:10.1%}")


def summary(alone: list[Turn], watched: list[Turn]) -> dict[str, float]:
    """Medians over the rounds; the two turns of a round are compared with each other."""
    pairs = list(zip(alone, watched, strict=True))
    slowdowns = [1 - b.predictions_per_second / a.predictions_per_second for a, b in pairs]
    server = [b.server - a.server for a, b in pairs]
    return {
        "slowdown": statistics.median(slowdowns),
        "least_slowdown": min(slowdowns),
        "largest_slowdown": max(slowdowns),
        "server_for_the_pages": statistics.median(server),
        "server_for_the_pages_of_all_processors": statistics.median(server) / (os.cpu_count() or 1),
        "chromium": statistics.median(turn.chromium for turn in watched),
    }


def measure(home: Path, rounds: int, seconds: float, pages: int) -> tuple[list[Turn], list[Turn]]:
    """Turns without pages and turns with pages, which alternate."""
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
    """A training that has finished its first epoch, which includes work that is done once."""
    # Batches are small, so that a line of metrics, which is 5 of them, takes a second or two.
    settings = TrainSettings(epochs=MAX_EPOCHS, patience=0, batch_size=8)
    run = launch.start(RunSettings("watched", "bach-chorales", train=settings))
    try:
        while run.status().epoch < 1 or len(_speeds(run)) < 10:
            if not run.alive() and run.stored_status().pid:
                raise RuntimeError(f"the training ended: {run.stored_status().message}")
            time.sleep(POLL_SECONDS)
        yield run
    finally:
        (run.folder / "stop").touch()
        while run.alive():
            time.sleep(POLL_SECONDS)


def _turn(run: Run, server_pid: int, seconds: float) -> Turn:
    """Measure the training for some seconds."""
    time.sleep(SETTLE_SECONDS)
    training_pid = run.stored_status().pid
    logged, started, before = len(_speeds(run)), time.monotonic(), _processor_seconds()
    time.sleep(seconds)
    passed, after = time.monotonic() - started, _processor_seconds()
    served = _family(server_pid)
    browsing = _family(os.getpid()) - served - _family(training_pid) - {os.getpid()}

    def share(pids: set[int]) -> float:
        return sum(after.get(pid, 0.0) - before.get(pid, 0.0) for pid in pids) / passed

    # The first line is of a block that started before.
    speeds = _speeds(run)[logged + 1 :]
    if not speeds:
        raise RuntimeError(f"the training logged nothing in {seconds} s: longer turns are needed")
    return Turn(
        statistics.harmonic_mean(speeds), share({training_pid}), share(served), share(browsing)
    )


def _speeds(run: Run) -> list[float]:
    """Predictions per second of each logged block of batches."""
    lines = [line for line in run.metrics() if line["kind"] == "step"]
    return [line["steps_per_second"] for line in lines]


def _processor_seconds() -> Seconds:
    """User and system time of every process."""
    ticks = os.sysconf("SC_CLK_TCK")
    return {pid: (int(row[11]) + int(row[12])) / ticks for pid, row in _processes()}


def _family(pid: int) -> set[int]:
    """A process and its descendants."""
    parents = {child: int(row[1]) for child, row in _processes()}
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _processes() -> Iterator[tuple[int, list[str]]]:
    """Ids of all processes, and the fields of /proc/PID/stat from the state on."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                row = (folder / "stat").read_text()
            except OSError:  # it has just ended
                continue
            yield int(folder.name), row.rpartition(")")[2].split()


if __name__ == "__main__":
    main()
