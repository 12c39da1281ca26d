"""Trainings in several workers on one machine: their losses, their speed, and what a kill does.

    python -m benchmarks.scale.workers losses [--batches 200]
    python -m benchmarks.scale.workers speed [--batch-sizes 16 32] [--source SOURCE] [--real-time]
    python -m benchmarks.scale.workers kills [--kills 10]

losses: one, two and three workers at the same batch size on the chorales, in float32 and in the
format that this CPU trains in; the largest difference of the losses of any five batches from those
of one process. speed: one worker on one core against two, each on a core of its own, at the same
batch size: predicted notes a second, and a processor second of the busier worker, which on a quiet
machine are alike; --rounds in turns. --real-time: while they are timed, the workers come before all
other programs, which a machine that others use needs (root alone may do that). kills: two workers,
one of which is killed at a random moment; the seconds until the other says so and ends, and whether
the run then resumes to its end. `MUSICGEN_HOME` has the runs afterwards, unless it is not set: then
a temporary folder is the home. Linux alone pins processes to cores.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psutil

from musicgen.training.run_folder.registry import find_run
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.settings import FASTEST, FLOAT32

SOURCE = "bach-chorales"
SMALL = "--width 64 --layers 1 --dropout 0 --batch-size 12 --length 64 --epochs 100000 --patience 0"
QUICK = SMALL.replace("64 --layers", "16 --layers") + " --encoding notes"  # traced in a third of it
# All measured batches have to be of one epoch: of more than 32 windows only in a larger source.
LONG_SOURCE, LENGTH = "ryans-mammoth", 64
LARGE = f"--width 256 --layers 2 --dropout 0 --length {LENGTH} --valid-share 0.02 --test-share 0"
WARM_UP_BATCHES, TIMED_BATCHES = 10, 25
LIMIT_SECONDS = 900.0
KILL_SECONDS = 20.0  # after the first batch, at most
POLL_SECONDS = 0.05


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("measured", choices=sorted(MEASURED))
    parser.add_argument("--batches", type=int, default=200, help="whose losses are compared")
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[16, 32])
    parser.add_argument("--source", default=LONG_SOURCE, help="whose speed is measured")
    parser.add_argument("--rounds", type=int, default=1, help="of the measurement of speed")
    parser.add_argument("--real-time", action="store_true", help="while speed is measured")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--json", action="store_true", help="print JSON in place of lines")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("MUSICGEN_HOME", home)
        rows = MEASURED[arguments.measured](arguments)
    for row in rows:
        print(json.dumps(row) if arguments.json else "  ".join(f"{k} {v}" for k, v in row.items()))


class Training:
    """The processes of one training, the chief first."""

    def __init__(
        self,
        name: str,
        options: str,
        cores: Sequence[int | None],
        source: str = SOURCE,
    ) -> None:
        """cores: the one that each worker runs on; None lets it run on all."""
        self.name = f"{name} {time.time_ns():x}"
        addresses = _free_addresses(len(cores)) if len(cores) > 1 else ""
        self.processes = []
        for number, core in enumerate(cores):
            command = [source] if number == 0 else []
            if addresses:
                command += ["--workers", addresses, "--worker", str(number)]
            self.processes.append(start(self.name, [*command, *options.split()], core))

    @property
    def run(self) -> Run:
        return find_run(self.name)

    def blocks(self) -> list[dict[str, Any]]:
        """The lines of metrics of some batches each, so far."""
        try:
            return [line for line in self.run.metrics() if line["kind"] == "step"]
        except UnknownRun:  # the chief has not begun it
            return []

    def wait_for(self, batches: int) -> None:
        """Wait until the metrics of so many batches are written."""
        end = time.monotonic() + LIMIT_SECONDS
        while not (blocks := self.blocks()) or blocks[-1]["step"] < batches:
            if time.monotonic() > end or all(p.poll() is not None for p in self.processes):
                raise RuntimeError(f"'{self.name}' has not trained {batches} batches")
            time.sleep(POLL_SECONDS)

    def processor_seconds(self) -> float:
        """Processor time of the worker that has used most."""
        times = [psutil.Process(process.pid).cpu_times() for process in self.processes]
        return max(time_.user + time_.system for time_ in times)

    def come_first(self) -> None:
        """Give the threads of all workers real-time priority; the kernel leaves others 5%."""
        for process in self.processes:
            for thread in psutil.Process(process.pid).threads():
                with suppress(ProcessLookupError):
                    os.sched_setscheduler(thread.id, os.SCHED_RR, os.sched_param(1))

    def kill(self) -> None:
        """Kill all workers."""
        for process in self.processes:
            process.kill()
            process.communicate()


def start(name: str, arguments: list[str], core: int | None = None) -> subprocess.Popen[str]:
    """Start one worker, on one core or on all."""
    command = [sys.executable, "-m", "musicgen", "train", "--run", name, *arguments]
    pinned = [] if core is None else ["taskset", "--cpu-list", str(core)]
    output = subprocess.DEVNULL
    return subprocess.Popen(
        [*pinned, *command], stdout=output, stderr=subprocess.PIPE, text=True, errors="replace"
    )


def compare_losses(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Largest difference of the losses of two and three workers from those of one process."""
    rows = []
    for number_format in (FLOAT32, FASTEST):
        options = f"{SMALL} --number-format {number_format}"
        losses: dict[int, list[float]] = {}
        for workers in (1, 2, 3):
            training = Training(f"{workers} workers", options, [None] * workers)
            try:
                training.wait_for(arguments.batches)
                blocks = [b for b in training.blocks() if b["step"] <= arguments.batches]
                losses[workers] = [block["loss"] for block in blocks]
            finally:
                training.kill()
            row = {"format": number_format, **_compared_losses(workers, losses)}
            rows.append(row | {"batches": arguments.batches})
    return rows


def _compared_losses(workers: int, losses: dict[int, list[float]]) -> dict[str, Any]:
    own, one = losses[workers], losses[1]
    return {
        "workers": workers,
        "first loss, bits": round(own[0], 4),
        "last": round(own[-1], 4),
        "largest difference": f"{max(abs(a - b) for a, b in zip(own, one, strict=True)):.1e}",
    }


def compare_speeds(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Notes a second of one worker on a core, and of two on two."""
    rows = []
    for batch in arguments.batch_sizes * arguments.rounds:
        speeds = {}
        for cores in ([0], [0, 1]):
            options = f"{LARGE} --batch-size {batch}"
            training = Training(
                f"speed {len(cores)} {batch}", options, cores, source=arguments.source
            )
            try:
                speeds[len(cores)] = _speeds(training, batch, arguments.real_time)
            finally:
                training.kill()
        rows.append({"batch": batch} | _compared(speeds[1], speeds[2]))
    return rows


def _speeds(training: Training, batch: int, real_time: bool) -> tuple[float, float]:
    """Notes a second, and a processor second of the busiest worker."""
    training.wait_for(WARM_UP_BATCHES)
    if real_time:
        training.come_first()
        training.wait_for(training.blocks()[-1]["step"] + 1)  # whose block began before that
    first, started = training.blocks()[-1]["step"], time.perf_counter()
    processor = training.processor_seconds()
    training.wait_for(first + TIMED_BATCHES)
    notes = (training.blocks()[-1]["step"] - first) * batch * LENGTH
    used = training.processor_seconds() - processor
    return notes / (time.perf_counter() - started), notes / used


def _compared(one: tuple[float, float], two: tuple[float, float]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for number, name in enumerate(("notes a second", "a processor second")):
        row[f"{name}, one"], row[f"{name}, two"] = round(one[number]), round(two[number])
        row[f"{name}, times"] = round(two[number] / one[number], 2)
    return row


def kill_workers(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Kill one of two workers at random moments, and resume."""
    rng, rows = random.Random(0), []
    for number in range(arguments.kills):
        training = Training(f"kill {number}", QUICK, [None, None])
        killed, after = rng.randrange(2), rng.uniform(0, KILL_SECONDS)
        try:
            training.wait_for(1)
            time.sleep(after)
            training.processes[killed].kill()
            killed_at = time.monotonic()
            error = training.processes[1 - killed].communicate(timeout=LIMIT_SECONDS)[1]
            said = time.monotonic() - killed_at
        finally:
            training.kill()
        step, epoch = training.run.stored_status().step, training.run.stored_status().epoch
        goes_on = start(training.name, ["--resume", "--epochs", str(epoch + 1)])
        goes_on.communicate(timeout=LIMIT_SECONDS)
        rows.append(
            {
                "killed": ("the first", "the second")[killed],
                "after s": round(after, 1),
                "at batch": step,
                "said after s": round(said, 1),
                "is said": "has died or cannot be reached" in error,
                "resumed": goes_on.returncode == 0 and training.run.status().state == "finished",
            }
        )
        print(rows[-1], file=sys.stderr, flush=True)
    return rows


MEASURED = {"losses": compare_losses, "speed": compare_speeds, "kills": kill_workers}


def _free_addresses(count: int) -> str:
    sockets = [socket.socket() for _ in range(count)]
    for opened in sockets:
        opened.bind(("127.0.0.1", 0))
    addresses = [f"127.0.0.1:{opened.getsockname()[1]}" for opened in sockets]
    for opened in sockets:
        opened.close()
    return ",".join(addresses)


if __name__ == "__main__":
    main()
