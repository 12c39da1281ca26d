"""Embeddings of musical time: the clock, and the time to the next end of a note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import layers, ops

from musicgen.encoding.clock import MAX_BARS_LEFT
from musicgen.encoding.grid import GRID_PER_QUARTER
from musicgen.models.dimensions import CLOCK_EMBEDDINGS, MAX_BAR_UNITS, NEXT_END_DIM
from musicgen.models.tensors import Tensor


def shift_clock(clock: Tensor, shift: Tensor) -> Tensor:
    """The clock after an onset shift: (..., 3), (..., 1) float -> (..., 3).

    The clock: place in the bar and length of the bar in grid units, bars left (0 unknown).
    """
    length, left = ops.maximum(clock[..., 1:2], 1.0), clock[..., 2:3]
    place = clock[..., 0:1] + shift
    # Half a unit keeps the quotient clear of rounding at whole bars.
    bars = ops.floor((place + 0.5) / length)
    left = ops.minimum(left, ops.maximum(left - bars, 1.0))  # 0 stays 0
    return ops.concatenate([place - bars * length, length, left], axis=-1)


class ClockEmbedding(layers.Layer):
    """Place in the bar and the beat, length of the bar, bars left: (..., 3) -> (..., 48)."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(autocast=False, **arguments)  # half precision would round a place
        self.place, self.beat, self.length, self.left = (
            layers.Embedding(*size, name=name) for name, size in CLOCK_EMBEDDINGS.items()
        )

    def build(self, shape: tuple[int | None, ...]) -> None:
        for layer in (self.place, self.beat, self.length, self.left):
            layer.build(shape[:-1])

    def call(self, clock: Tensor) -> Tensor:
        most = ops.convert_to_tensor(
            [MAX_BAR_UNITS - 1.0, 1.0 * MAX_BAR_UNITS, 1.0 * MAX_BARS_LEFT]
        )
        clipped = ops.cast(ops.minimum(clock, most), "int32")
        embeddings = (self.place, self.beat, self.length, self.left)
        place, beat, length, left = (layer.embeddings for layer in embeddings)
        beats = ops.tile(beat, (MAX_BAR_UNITS // GRID_PER_QUARTER, 1))  # one per place
        # One lookup in one table, where each embedding has columns of its own.
        tables = [ops.concatenate([place, beats], axis=-1), length, left]
        starts = np.cumsum([0, *(table.shape[0] for table in tables[:-1])], dtype=np.int32)
        return ops.sum(ops.take(_block_diagonal(tables), clipped + starts, axis=0), axis=-2)


class NextEndEmbedding(layers.Embedding):
    """Grid units until the next sounding key ends, 0 in silence: (..., KEYS) -> (..., 16)."""

    def __init__(self, max_units: int, **arguments: Any) -> None:
        """max_units: grid units of the longest note."""
        # Half precision would round the time.
        super().__init__(max_units + 1, NEXT_END_DIM, autocast=False, **arguments)
        self._longest = float(max_units)

    def call(self, remaining: Tensor) -> Tensor:
        soonest = ops.min(ops.where(remaining > 0, remaining, self._longest + 1.0), axis=-1)
        # The row after the last is silence, which has the first row's vector.
        table = ops.concatenate([self.embeddings, self.embeddings[:1]])
        return ops.take(table, ops.cast(soonest, "int32"), axis=0)


def _block_diagonal(tables: Sequence[Tensor]) -> Tensor:
    """Tables below and beside each other, zeros elsewhere."""
    widths = [table.shape[-1] for table in tables]
    rows = []
    for i, table in enumerate(tables):
        columns = (sum(widths[:i]), sum(widths[i + 1 :]))
        rows.append(ops.pad(table, ((0, 0), columns)))
    return ops.concatenate(rows, axis=0)
