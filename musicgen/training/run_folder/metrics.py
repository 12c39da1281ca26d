"""Metrics of a run: metrics.jsonl as tables, read incrementally while the training appends."""

from __future__ import annotations

import math
import os
from bisect import bisect_left
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec
import numpy as np

from musicgen.files import open_file
from musicgen.training.run_folder.run import Run

MAX_COLUMNS = 200  # of one table; a training writes far fewer
MAX_CELLS = 8_000_000  # of one table
MAX_BYTES = 64 * 2**20  # read by one update


class Table:
    """Columns of equal length, sorted by the first one; missing values are NaN."""

    def __init__(self, order: str) -> None:
        self.order = order  # name of the first column
        self._columns: dict[str, list[float]] = {order: []}

    def __len__(self) -> int:
        return len(self._columns[self.order])

    def __getitem__(self, name: str) -> np.ndarray:
        """A column, (N,) float; all NaN where no line had it."""
        return np.array(self._columns.get(name, [math.nan] * len(self)))

    def names(self, prefix: str = "") -> list[str]:
        """Names of the columns that start with a prefix, without it."""
        return [name[len(prefix) :] for name in self._columns if name.startswith(prefix)]

    def add(self, row: Mapping[str, float]) -> None:
        """Append a row in place of all rows at or after its position.

        A training that resumes from a checkpoint repeats the batches after it.
        """
        position = row.get(self.order)
        if position is None or not math.isfinite(position):
            return
        self._drop_from(bisect_left(self._columns[self.order], position))
        count = len(self)
        if count * len(self._columns) >= MAX_CELLS:
            return
        for name in row:
            if name not in self._columns and len(self._columns) < MAX_COLUMNS:
                self._columns[name] = [math.nan] * count
        for name, column in self._columns.items():
            column.append(row.get(name, math.nan))

    def _drop_from(self, row: int) -> None:
        for column in self._columns.values():
            del column[row:]


class Metrics:
    """Tables of a run's block lines (`steps`) and epoch lines (`epochs`)."""

    def __init__(self, run: Run) -> None:
        self.path = run.folder / "metrics.jsonl"
        self._file = (0, 0)  # device and inode
        self._clear()

    def update(self) -> Metrics:
        """Read the lines added since the last update, or all of a file that was replaced."""
        try:
            with open_file(self.path) as file:
                status = os.fstat(file.fileno())
                identity = status.st_dev, status.st_ino
                if identity != self._file or status.st_size < self._offset:
                    self._clear()
                    self._file = identity
                file.seek(self._offset)
                data = file.read(MAX_BYTES)
        except OSError:
            self._clear()
            return self
        end = data.rfind(b"\n") + 1  # the last line may still be incomplete
        self._offset += end
        for line in data[:end].splitlines():
            self._add_line(line)
        return self

    def _clear(self) -> None:
        self.steps, self.epochs = Table("step"), Table("epoch")
        self._offset = 0

    def _add_line(self, line: bytes) -> None:
        """Add a line to its table; a damaged line is skipped."""
        try:
            entry: dict[str, Any] = msgspec.json.decode(line, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        table = {"step": self.steps, "epoch": self.epochs}.get(str(entry.get("kind")))
        if table is not None:
            table.add(_numbers(entry))


def _numbers(entry: Mapping[str, Any]) -> dict[str, float]:
    """Numbers of a line; those of an inner object as `outer.inner`."""
    row: dict[str, float] = {}
    for name, value in entry.items():
        items = value.items() if isinstance(value, dict) else [("", value)]
        for key, number in items:
            if isinstance(number, int | float) and not isinstance(number, bool):
                with suppress(OverflowError):  # an integer beyond all floats
                    row[f"{name}.{key}" if key else name] = float(number)
    return row


def downsample(values: np.ndarray, max_count: int) -> np.ndarray:
    """At most `max_count` means of neighbouring values: (N,) -> (min(N, max_count),)."""
    count = len(values)
    if count <= max_count:
        return values
    edges = np.linspace(0, count, max_count + 1).astype(int)
    return np.add.reduceat(values, edges[:-1]) / np.diff(edges)


def smooth(values: np.ndarray, decay: float) -> np.ndarray:
    """Exponential moving average, corrected for its start: (N,) -> (N,).

    decay: weight of a value relative to the next one; 0 returns the values unchanged. NaN is
    skipped.
    """
    if decay <= 0 or not len(values):
        return values
    averages = np.empty(len(values))
    total = weight = 0.0
    for index, value in enumerate(values.tolist()):
        if math.isfinite(value):
            total, weight = decay * total + value, decay * weight + 1.0
        averages[index] = total / weight if weight else math.nan
    return averages
