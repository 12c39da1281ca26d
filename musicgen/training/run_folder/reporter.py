"""Reporter: writes status, metrics and log lines of a run for its training process."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any, TextIO

from musicgen.files import open_to_append, overwrite_json
from musicgen.training.failures import oom_kills
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import FILE, process_start, write_status

BLOCK_BATCHES = 5  # of one line in metrics.jsonl
HEARTBEAT_SECONDS = 1.0  # between two writes of the status

Sums = dict[str, float]  # `notes`, and `nats_FIELD` and `hits_FIELD` of every field


class Reporter:
    """Writes status and metrics of one run; the process that trains it has exactly one.

    terminal: gets the log lines too, where a person waits for the process.
    """

    def __init__(
        self, run: Run, terminal: TextIO | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.folder, self.terminal, self.clock = run.folder, terminal, clock
        self.status = replace(run.stored_status(), failure="")
        self._stored, self._last_write = self.status, 0.0

    def write(self, **changes: Any) -> None:
        """Change the status and write it now."""
        pid = os.getpid()
        self.status = replace(
            self.status,
            **changes,
            heartbeat=self.clock(),
            oom_kills=oom_kills(),
            pid=pid,
            process_started=process_start(pid) or 0.0,  # read anew: it shifts with the clock
        )
        write_status(self.folder, self.status)
        self._stored, self._last_write = self.status, self.clock()

    def write_final(self, **changes: Any) -> None:
        """Change the status as last written and write it, even on a full disk.

        Later changes are discarded: after a failure, the checkpoint of an epoch may be missing.
        """
        self.status = self._stored
        try:
            self.write(**changes)
        except OSError:
            overwrite_json(self.folder / FILE, asdict(self.status))

    def update(self, **changes: Any) -> None:
        """Change the status; the next write includes the change."""
        self.status = replace(self.status, **changes)

    def heartbeat(self, **changes: Any) -> None:
        """Change the status; write it if the last write is HEARTBEAT_SECONDS ago."""
        if self.clock() - self._last_write >= HEARTBEAT_SECONDS:
            self.write(**changes)
        else:
            self.update(**changes)

    def add_metrics(self, **line: Any) -> None:
        """Append a line to metrics.jsonl."""
        with open_to_append(self.folder / "metrics.jsonl") as file:
            file.write(json.dumps(line, allow_nan=False).encode() + b"\n")

    def repair_metrics(self) -> None:
        """End the last line of metrics.jsonl where a kill or a full disk cut it."""
        with suppress(FileNotFoundError), (self.folder / "metrics.jsonl").open("r+b") as file:
            if file.seek(0, os.SEEK_END) and file.seek(-1, os.SEEK_END) and file.read(1) != b"\n":
                file.write(b"\n")

    def log(self, line: str) -> None:
        """Print a line to standard error, which is the run's log, and to the terminal."""
        for stream in (sys.stderr, self.terminal):
            if stream is not None:
                print(line, file=stream, flush=True)


def mean_metrics(sums: Mapping[str, float], fields: tuple[str, ...]) -> dict[str, Any]:
    """Bits a step in all and by field, and accuracies by field, from a trainer's sums."""
    notes = max(sums["notes"], 1.0)
    bits = {name: sums[f"nats_{name}"] / notes / math.log(2) for name in fields}
    return {
        "loss": sum(bits.values()),
        "bits": bits,
        "accuracy": {name: sums[f"hits_{name}"] / notes for name in fields},
    }


def subtract_sums(later: Mapping[str, float], earlier: Mapping[str, float]) -> Sums:
    """Sums of the batches between two moments of an epoch."""
    return {name: value - earlier.get(name, 0.0) for name, value in later.items()}


def epoch_log_line(epoch: int, line: Mapping[str, Any]) -> str:
    """Losses of an epoch as a line of the log."""
    valid = f", validation {line['valid_loss']:.3f}" if "valid_loss" in line else ""
    return f"epoch {epoch}: {line['loss']:.3f} bits{valid}, after {line['seconds']:.0f} s"
