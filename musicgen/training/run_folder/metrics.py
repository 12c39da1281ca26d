"""The metrics of a run, read line by line as they come: each line once, however often one looks."""

from __future__ import annotations

import json
import math
import os
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

import numpy as np

from musicgen.training.run_folder.run import Run

MOST_COLUMNS = 200  # of one table: far more than a training writes
MOST_BYTES = 64 * 2**20  # that one look reads


class Table:
    """Columns of equal length, rising in their first one; what is missing is not a number."""

    def __init__(self, order: str) -> None:
        self.order = order  # the column that rises
        self._columns: dict[str, list[float]] = {order: []}

    def __len__(self) -> int:
        return len(self._columns[self.order])

    def __getitem__(self, name: str) -> np.ndarray:
        """A column, (N,) float; all NaN where no line had it."""
        return np.array(self._columns.get(name, [math.nan] * len(self)))

    def names(self, prefix: str = "") -> list[str]:
        """The columns whose names begin so, without that beginning."""
        return [name[len(prefix) :] for name in self._columns if name.startswith(prefix)]

    def add(self, row: Mapping[str, float]) -> None:
        """One more row. A training that went back to its checkpoint says some again: the last
        word counts."""
        place = row.get(self.order)
        if place is None or not math.isfinite(place):
            return
        self._drop_from(bisect_left(self._columns[self.order], place))
        count = len(self)
        for name in row:
            if name not in self._columns and len(self._columns) < MOST_COLUMNS:
                self._columns[name] = [math.nan] * count
        for name, column in self._columns.items():
            column.append(row.get(name, math.nan))

    def _drop_from(self, row: int) -> None:
        for column in self._columns.values():
            del column[row:]


class Metrics:
    """A run's step lines and epoch lines, kept up with `update`."""

    def __init__(self, run: Run) -> None:
        self.path = run.folder / "metrics.jsonl"
        self._file = (0, 0)  # what tells it from another under the same name
        self._begin()

    def update(self) -> Metrics:
        """Read what was added since the last look; a file that is another begins anew."""
        try:
            with self.path.open("rb") as file:
                status = os.fstat(file.fileno())
                identity = status.st_dev, status.st_ino
                if identity != self._file or status.st_size < self._offset:
                    self._begin()
                    self._file = identity
                file.seek(self._offset)
                data = file.read(MOST_BYTES)
        except OSError:
            self._begin()
            return self
        whole = data.rfind(b"\n") + 1  # the last line may not be all there yet
        self._offset += whole
        for line in data[:whole].splitlines():
            self._take(line)
        return self

    def _begin(self) -> None:
        self.steps, self.epochs = Table("step"), Table("epoch")
        self._offset = 0

    def _take(self, line: bytes) -> None:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            return
        if not isinstance(entry, dict):
            return
        table = {"step": self.steps, "epoch": self.epochs}.get(str(entry.get("kind")))
        if table is not None:
            table.add(_flat(entry))


def _flat(entry: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of a line; those of an inner object as `outer.inner`."""
    row: dict[str, float] = {}
    for name, value in entry.items():
        inner = value.items() if isinstance(value, dict) else [("", value)]
        for key, number in inner:
            if isinstance(number, int | float) and not isinstance(number, bool):
                row[f"{name}.{key}" if key else name] = float(number)
    return row


def thinned(values: np.ndarray, most: int) -> np.ndarray:
    """At most so many values, each the mean of its neighbours: (N,) -> (min(N, most),)."""
    count = len(values)
    if count <= most:
        return values
    edges = np.linspace(0, count, most + 1).astype(int)
    return np.add.reduceat(values, edges[:-1]) / np.diff(edges)


def smoothed(values: np.ndarray, share: float) -> np.ndarray:
    """An exponential mean, each value weighing `share` of the one after it: (N,) -> (N,).

    The beginning is not drawn to zero. share: 0 leaves the values as they are.
    """
    if share <= 0 or not len(values):
        return values
    sums = np.empty(len(values))
    total = weight = 0.0
    for place, value in enumerate(values.tolist()):
        if math.isfinite(value):
            total, weight = share * total + value, share * weight + 1.0
        sums[place] = total / weight if weight else math.nan
    return sums
