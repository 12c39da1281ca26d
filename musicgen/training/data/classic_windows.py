"""The notebook's windows: each token with the tokens before it, scaled to 0..1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.encoding.steps import Encoding, Steps
from musicgen.training.data.windows import Batch


@dataclass(frozen=True)
class ClassicWindows:
    """All windows of `length` tokens and the token after each, `batch` at a time.

    As in the notebook the pieces follow one another in one line, so that N tokens give
    N - length windows.
    """

    pieces: Sequence[Steps]
    encoding: Encoding
    length: int
    batch: int

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (N - length, length, 1) in 0..1 and targets (N - length,), as views."""
        parts = [steps.fields[:, 0] for steps in self.pieces]
        tokens = np.concatenate(parts) if parts else np.zeros(0, np.int32)  # (N,)
        if len(tokens) <= self.length:
            return np.zeros((0, self.length, 1), np.float32), np.zeros(0, np.int32)
        scaled = (tokens / self.encoding.fields[0].size).astype(np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(scaled[:-1], self.length)
        return windows[..., None], tokens[self.length :]

    @property
    def batches(self) -> int:
        return -(-len(self.arrays()[1]) // self.batch)

    @property
    def batches_once(self) -> int:
        return self.batches

    def epoch(
        self, seed: int, epoch: int, transpose: tuple[int, int], skip: int = 0
    ) -> Iterator[Batch]:
        """One pass in random order from batch `skip` on; the notebook does not transpose."""
        inputs, targets = self.arrays()
        order = np.random.default_rng((seed, epoch)).permutation(len(targets))
        for at in range(skip * self.batch, len(order), self.batch):
            yield self._batch(inputs, targets, order[at : at + self.batch])

    def once(self) -> Iterator[Batch]:
        """Every window once, in order, for validation."""
        inputs, targets = self.arrays()
        for at in range(0, len(targets), self.batch):
            yield self._batch(inputs, targets, np.arange(at, min(at + self.batch, len(targets))))

    def _batch(self, inputs: np.ndarray, targets: np.ndarray, rows: np.ndarray) -> Batch:
        """Rows filled up to the batch with empty ones."""
        name = self.encoding.fields[0].name
        window = np.zeros((self.batch, self.length, 1), np.float32)
        target = np.zeros((self.batch, 1), np.int32)
        weight = np.zeros((self.batch, 1), np.float32)
        window[: len(rows)] = inputs[rows]
        target[: len(rows), 0] = targets[rows]
        weight[: len(rows)] = 1
        return {"window": window}, {name: target}, {name: weight}
