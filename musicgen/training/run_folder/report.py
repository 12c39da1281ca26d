"""What a training tells the world: status and metrics in its run folder."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from musicgen.files import overwrite_json, write_json
from musicgen.training.failures.oom import oom_kills
from musicgen.training.run_folder.run import Status

BLOCK = 5  # batches a line of metrics.jsonl
HEARTBEAT = 1.0  # seconds between two writings of the status

Sums = dict[str, float]


class Reporter:
    """Writes the status and the metrics of one run."""

    def __init__(self, folder: Path, status: Status, clock: Callable[[], float] = time.time):
        self.folder, self.status, self.clock = folder, status, clock
        self._written = 0.0

    def tell(self, **changes: Any) -> None:
        """Change the status and write it now."""
        self.status = replace(self.status, **changes, heartbeat=self.clock(), oom_kills=oom_kills())
        write_json(self.folder / "status.json", asdict(self.status))
        self._written = self.clock()

    def tell_last(self, **changes: Any) -> None:
        """Change the status and write it, on a full disk too."""
        try:
            self.tell(**changes)
        except OSError:
            overwrite_json(self.folder / "status.json", asdict(self.status))

    def note(self, **changes: Any) -> None:
        """Change the status; it is written with the next telling."""
        self.status = replace(self.status, **changes)

    def beat(self, **changes: Any) -> None:
        """Change the status; write it where the last writing is long enough ago."""
        if self.clock() - self._written >= HEARTBEAT:
            self.tell(**changes)
        else:
            self.note(**changes)

    def add(self, **line: Any) -> None:
        """One more line of metrics."""
        with (self.folder / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, allow_nan=False) + "\n")

    def mend(self) -> None:
        """Put aside a last line of metrics that was cut, by a kill or a full disk."""
        with suppress(FileNotFoundError), (self.folder / "metrics.jsonl").open("r+b") as file:
            if file.seek(0, os.SEEK_END) and file.seek(-1, os.SEEK_END) and file.read(1) != b"\n":
                file.write(b"\n")


def means(sums: Mapping[str, float], fields: tuple[str, ...], prefix: str = "") -> dict[str, Any]:
    """Bits a step in all and by field, and accuracies, from a trainer's sums."""
    notes = max(sums[f"{prefix}notes"], 1.0)
    bits = {name: sums[f"{prefix}nats_{name}"] / notes / math.log(2) for name in fields}
    return {
        "loss": sum(bits.values()),
        "bits": bits,
        "accuracy": {name: sums[f"{prefix}hits_{name}"] / notes for name in fields},
    }


def difference(later: Mapping[str, float], earlier: Mapping[str, float]) -> Sums:
    return {name: value - earlier.get(name, 0.0) for name, value in later.items()}


def epoch_in_words(epoch: int, line: Mapping[str, Any]) -> str:
    """A line for the log."""
    valid = f", validation {line['valid_loss']:.3f}" if "valid_loss" in line else ""
    return f"epoch {epoch}: {line['loss']:.3f} bits{valid}, after {line['seconds']:.0f} s"
