"""Windows of `classic`, as in the notebook: tokens scaled to 0..1 and the token that follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from musicgen.encoding.steps import Encoding, Steps
from musicgen.training.data.windows import ALL_ROWS, Batch, lengths_of


@dataclass(frozen=True)
class ClassicWindows:
    """All windows of `length` tokens and the token after each, `batch` windows at a time.

    As in the notebook, the pieces are concatenated: N tokens give N - length windows, some of
    which reach from one piece into the next. own_rows: as of `Windows`.
    """

    pieces: Sequence[Steps]
    encoding: Encoding
    length: int
    batch: int
    own_rows: slice = field(default_factory=lambda: ALL_ROWS)

    @cached_property
    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (N - length, length, 1) in 0..1 and targets (N - length,), as views."""
        parts = [steps.fields[:, 0] for steps in self.pieces]
        tokens = np.concatenate(parts) if parts else np.zeros(0, np.int32)  # (N,)
        if len(tokens) <= self.length:
            return np.zeros((0, self.length, 1), np.float32), np.zeros(0, np.int32)
        scaled = (tokens / self.encoding.fields[0].size).astype(np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(scaled[:-1], self.length)
        return windows[..., None], tokens[self.length :]

    @cached_property
    def batches(self) -> int:
        """Batches per epoch."""
        tokens = int(lengths_of(self.pieces).sum())
        return -(-max(0, tokens - self.length) // self.batch)

    @property
    def batches_in_order(self) -> int:
        """Batches that `in_order` yields."""
        return self.batches

    def shuffled(
        self, seed: int, epoch: int, transpose: tuple[int, int], skip: int = 0
    ) -> Iterator[Batch]:
        """Batches of one epoch in random order; `transpose` is ignored, as in the notebook.

        skip: batches to leave out at the start.
        """
        order = np.random.default_rng((seed, epoch)).permutation(len(self.arrays[1]))
        for at in range(skip * self.batch, len(order), self.batch):
            yield self._batch(order[at : at + self.batch])

    def in_order(self) -> Iterator[Batch]:
        """Batches that hold each window exactly once, in order."""
        count = len(self.arrays[1])
        for at in range(0, count, self.batch):
            yield self._batch(np.arange(at, min(at + self.batch, count)))

    def _batch(self, rows: np.ndarray) -> Batch:
        """This worker's rows of the batch of these windows, with empty rows up to its size."""
        inputs, targets = self.arrays
        rows, size = rows[self.own_rows], len(range(self.batch)[self.own_rows])
        name = self.encoding.fields[0].name
        window = np.zeros((size, self.length, 1), np.float32)
        target = np.zeros((size, 1), np.int32)
        weight = np.zeros((size, 1), np.float32)  # 0 for empty rows
        window[: len(rows)] = inputs[rows]
        target[: len(rows), 0] = targets[rows]
        weight[: len(rows)] = 1
        return {"window": window}, {name: target}, {name: weight}
