"""Windows: batches of equally long excerpts of encoded pieces, for training and validation.

The order of the batches follows from the seed and the epoch alone, so that a training that is
stopped can be resumed within an epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TypeVar

import numpy as np

from musicgen.encoding.conditions import BARS_LEFT, CHORDS, CONDITIONS, FORM, KEY, Condition
from musicgen.encoding.parts.given_features import DRAWS, with_random_given
from musicgen.encoding.parts.roles import MAX_PARTS
from musicgen.encoding.steps import Encoding, Steps
from musicgen.prepared.data_set import StoredPieces
from musicgen.training.data.seekable_random import SeekableRandom

# Inputs, targets and weights by name: inputs (B, T, width), targets and weights (B, T).
Batch = tuple[dict[str, np.ndarray], dict[str, np.ndarray], dict[str, np.ndarray]]
ALL_ROWS = slice(None)

Place = TypeVar("Place")


@dataclass(frozen=True)
class Windows:
    """Windows of at most `length` steps, `batch` windows at a time.

    own_rows: the rows of a batch that are made, where other workers make the others.
    """

    pieces: Sequence[Steps]
    encoding: Encoding
    length: int
    batch: int
    own_rows: slice = field(default_factory=lambda: ALL_ROWS)

    @cached_property
    def _lengths(self) -> np.ndarray:
        """Steps of each piece: (P,) int64."""
        return lengths_of(self.pieces)

    @cached_property
    def _ends(self) -> np.ndarray:
        """Number of windows of the pieces up to each: (P,). They cover all steps of a piece."""
        return np.cumsum(-(-self._lengths // self.length))

    @property
    def count(self) -> int:
        """Windows per epoch."""
        return int(self._ends[-1]) if len(self._ends) else 0

    def place(self, window: int) -> tuple[int, int]:
        """Piece and first step of a window; those of a piece are spread evenly over it."""
        piece = int(np.searchsorted(self._ends, window, side="right"))
        first = int(self._ends[piece - 1]) if piece else 0
        last = max(int(self._lengths[piece]) - self.length, 0)
        starts = np.linspace(0, last, int(self._ends[piece]) - first)
        return piece, int(starts[window - first])

    @property
    def batches(self) -> int:
        """Batches per epoch."""
        return -(-self.count // self.batch)

    @property
    def batches_in_order(self) -> int:
        """Batches that `in_order` yields."""
        return self.batches

    def shuffled(
        self, seed: int, epoch: int, transpose: tuple[int, int], skip: int = 0
    ) -> Iterator[Batch]:
        """Batches of one epoch in random order, each window randomly transposed.

        transpose: lowest and highest number of semitones; skip: batches to leave out at the start.
        """
        rng, count = np.random.default_rng((seed, epoch)), self.count
        order = rng.permutation(count)
        randoms = SeekableRandom(rng)  # for the transposition, for the bars left
        # Streams of their own, so that windows of other encodings stay those of earlier versions.
        for_conditions = SeekableRandom(np.random.default_rng((seed, epoch, 1)))
        for_given = SeekableRandom(np.random.default_rng((seed, epoch, 2)))
        for_chords = SeekableRandom(np.random.default_rng((seed, epoch, 3)))

        def row(i: int) -> dict[str, np.ndarray]:
            piece, start = self.place(i)
            for_transposition, for_bars = randoms.at(2 * i, 2)
            steps = self.transpose(self.pieces[piece], transpose, for_transposition)
            draws = for_given.at(i * (DRAWS + MAX_PARTS), DRAWS + MAX_PARTS)
            near = start + int(draws[4] * min(self.length, len(steps) - start))
            steps = with_random_given(steps, draws.tolist(), near)
            # Half of the windows hide a condition, so that the model also works without.
            hidden = (
                *((BARS_LEFT, for_bars), (KEY, for_conditions.at(i, 1)[0])),
                *((FORM, for_conditions.at(count + i, 1)[0]), (CHORDS, for_chords.at(i, 1)[0])),
            )
            return self.row(steps, start, [c for c, random in hidden if random >= 0.5])

        for at in range(skip * self.batch, len(order), self.batch):
            yield self._batch(row, order[at : at + self.batch].tolist())

    def in_order(self) -> Iterator[Batch]:
        """Batches that hold each step exactly once, in order and not transposed."""
        places = (
            (steps, start) for steps in self.pieces for start in range(0, len(steps), self.length)
        )
        while chosen := list(islice(places, self.batch)):
            yield self._batch(lambda place: self.row(*place), chosen)

    def _batch(
        self, row: Callable[[Place], dict[str, np.ndarray]], chosen: Sequence[Place]
    ) -> Batch:
        """The batch of chosen windows, of which only this worker's rows are made."""
        own = chosen[self.own_rows]
        rows = [row(place) for place in own]
        return self.stack(rows or [row(chosen[0])], len(own))  # there may be none in the last one

    def transpose(self, steps: Steps, limits: tuple[int, int], random: float) -> Steps:
        """Transpose within the limits and the range of the encoding; random: 0 to 1."""
        low, high = self.encoding.transposition_range(steps)
        low, high = max(low, limits[0]), min(high, limits[1])
        return self.encoding.transposed(steps, low + int(random * (high - low + 1)))

    def row(
        self, steps: Steps, start: int, hidden: Sequence[Condition] = CONDITIONS
    ) -> dict[str, np.ndarray]:
        """Model inputs of one window by name: (T, width)."""
        stop = min(start + self.length, len(steps))
        row = dict(self.encoding.features(steps, start, stop))
        for condition in hidden:
            condition.hide(row)
        # Before the first step of a piece each field has the value just outside its range.
        before = steps.fields[start - 1] if start else [f.size for f in self.encoding.fields]
        row["drawn"] = steps.fields[start:stop]  # (T, F)
        row["before"] = np.concatenate([[before], row["drawn"][:-1]])  # (T, F)
        return row

    def stack(self, rows: list[dict[str, np.ndarray]], count: int | None = None) -> Batch:
        """Stack the first `count` rows, or all, into a batch of this worker's size.

        Steps are padded to the window length; the rest are empty rows.
        """
        size, inputs = len(range(self.batch)[self.own_rows]), {}
        for name, value in rows[0].items():
            dtype = np.int32 if name in ("before", "drawn") else np.float32
            inputs[name] = np.zeros((size, self.length, value.shape[1]), dtype)
            for i, row in enumerate(rows[:count]):
                inputs[name][i, : len(row[name])] = row[name]
        weight = np.zeros((size, self.length), np.float32)  # (B, T), 0 for padding
        for i, row in enumerate(rows[:count]):
            weight[i, : len(row["drawn"])] = 1
        targets = {f.name: inputs["drawn"][..., i] for i, f in enumerate(self.encoding.fields)}
        # One array per field: TensorFlow may use an array without a copy and write into it.
        return inputs, targets, {name: weight.copy() for name in targets}


def lengths_of(pieces: Sequence[Steps]) -> np.ndarray:
    """Steps of each piece: (P,) int64. Stored pieces are not read for it."""
    if isinstance(pieces, StoredPieces):
        return pieces.lengths
    return np.array([len(steps) for steps in pieces], np.int64)
