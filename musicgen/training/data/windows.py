"""Windows of steps in batches: what a model sees while it trains.

The order of a run's data follows from its seed and the epoch alone, so that a run that was
stopped goes on as if it had not been.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.encoding.steps import Encoding, Steps

Batch = tuple[dict[str, np.ndarray], dict[str, np.ndarray], dict[str, np.ndarray]]

CLOCK, BARS_LEFT = "clock", 2  # the column that tells how many bars are left


@dataclass(frozen=True)
class Windows:
    """Windows of at most `length` steps over pieces, `batch` at a time."""

    pieces: Sequence[Steps]
    encoding: Encoding
    length: int
    batch: int

    def places(self) -> list[tuple[int, int]]:
        """(piece, first step) of windows that cover every step, evenly spread over a piece."""
        found = []
        for index, steps in enumerate(self.pieces):
            count = -(-len(steps) // self.length)
            last = max(len(steps) - self.length, 0)
            starts = np.linspace(0, last, count).astype(int)
            found += [(index, int(start)) for start in starts]
        return found

    @property
    def batches(self) -> int:
        return -(-len(self.places()) // self.batch)

    @property
    def batches_once(self) -> int:
        """How many batches `once` gives."""
        return -(-sum(-(-len(steps) // self.length) for steps in self.pieces) // self.batch)

    def epoch(
        self, seed: int, epoch: int, transpose: tuple[int, int], skip: int = 0
    ) -> Iterator[Batch]:
        """One pass in random order, each window transposed at random within its room.

        skip: so many batches have been seen before.
        """
        rng = np.random.default_rng((seed, epoch))
        places = self.places()
        order = rng.permutation(len(places))
        shares = rng.random((len(places), 2))  # of the room to transpose, and for the end
        for at in range(skip * self.batch, len(order), self.batch):
            rows = []
            for i in order[at : at + self.batch]:
                piece, start = places[i]
                moved = self._transposed(self.pieces[piece], transpose, shares[i, 0])
                # Half of the windows do not tell the end, so that a model can do without.
                rows.append(self._row(moved, start, tells_end=bool(shares[i, 1] < 0.5)))
            yield self._stack(rows)

    def once(self) -> Iterator[Batch]:
        """Every step exactly once as it stands, for validation."""
        rows = []
        for steps in self.pieces:
            for start in range(0, len(steps), self.length):
                rows.append(self._row(steps, start, tells_end=False))
                if len(rows) == self.batch:
                    yield self._stack(rows)
                    rows = []
        if rows:
            yield self._stack(rows)

    def _transposed(self, steps: Steps, transpose: tuple[int, int], share: float) -> Steps:
        """The steps moved by some semitones that are asked for and that they have room for."""
        low, high = self.encoding.room(steps)
        low, high = max(low, transpose[0]), min(high, transpose[1])
        return self.encoding.transposed(steps, low + int(share * (high - low + 1)))

    def _row(self, steps: Steps, start: int, tells_end: bool) -> dict[str, np.ndarray]:
        stop = min(start + self.length, len(steps))
        row = dict(self.encoding.derive(steps, start, stop))
        if CLOCK in row and not tells_end:
            row[CLOCK][:, BARS_LEFT] = 0
        first = steps.fields[start - 1] if start else [f.size for f in self.encoding.fields]
        row["drawn"] = steps.fields[start:stop]
        row["before"] = np.concatenate([[first], row["drawn"][:-1]])
        return row

    def _stack(self, rows: list[dict[str, np.ndarray]]) -> Batch:
        """Rows padded to the window's length, and filled up to the batch with empty ones."""
        inputs = {}
        for name, value in rows[0].items():
            kind = np.int32 if name in ("before", "drawn") else np.float32
            inputs[name] = np.zeros((self.batch, self.length, value.shape[1]), kind)
            for i, row in enumerate(rows):
                inputs[name][i, : len(row[name])] = row[name]
        weight = np.zeros((self.batch, self.length), np.float32)
        for i, row in enumerate(rows):
            weight[i, : len(row["drawn"])] = 1
        targets = {f.name: inputs["drawn"][..., i] for i, f in enumerate(self.encoding.fields)}
        # An array each: TensorFlow may take them over without a copy and write into them.
        return inputs, targets, {name: weight.copy() for name in targets}
