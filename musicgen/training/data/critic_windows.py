"""Windows that a critic is trained on: of pieces of people, and of pieces that a model composed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.composing.decoding.critic_follower import HIDDEN
from musicgen.encoding.steps import Encoding, Steps
from musicgen.training.data.windows import Windows

WHOLE = 0.6  # share of the windows that begin with the piece, as pieces do when they are drawn
LEAST_STEPS = 64  # of the others, where the piece has as many

# Inputs, targets (B, T, 1) and weights (B, T) by name.
CriticBatch = tuple[dict[str, np.ndarray], dict[str, np.ndarray], dict[str, np.ndarray]]


@dataclass(frozen=True)
class CriticWindows:
    """Batches of which one half of the windows are of people's pieces."""

    people: Sequence[Steps]
    composed: Sequence[Steps]
    encoding: Encoding
    length: int
    batch: int

    def random(self, rng: np.random.Generator, transpose: tuple[int, int]) -> Iterator[CriticBatch]:
        """Batches without end of random windows, transposed at random.

        transpose: lowest and highest number of semitones.
        """
        windows = self._windows(())
        while True:
            rows = []
            for number in range(self.batch):
                pieces = self.composed if number % 2 else self.people
                steps = windows.transpose(
                    pieces[int(rng.integers(len(pieces)))], transpose, rng.random()
                )
                last = max(len(steps) - LEAST_STEPS, 0)
                start = 0 if rng.random() < WHOLE else int(rng.integers(last + 1))
                rows.append(windows.row(steps, start, HIDDEN))
            yield self._batch(windows, rows, [number % 2 == 0 for number in range(self.batch)], 1.0)

    def in_order(self) -> Iterator[CriticBatch]:
        """The beginnings of all pieces, not transposed; both sides have the same weight in all."""
        for pieces, is_people in ((self.people, True), (self.composed, False)):
            windows, weight = self._windows(pieces), len(self.people) / len(pieces)
            for first in range(0, len(pieces), self.batch):
                rows = [windows.row(s, 0, HIDDEN) for s in pieces[first : first + self.batch]]
                yield self._batch(windows, rows, [is_people] * self.batch, weight)

    def _windows(self, pieces: Sequence[Steps]) -> Windows:
        return Windows(pieces, self.encoding, self.length, self.batch)

    def _batch(
        self,
        windows: Windows,
        rows: list[dict[str, np.ndarray]],
        are_people: Sequence[bool],
        weight: float,
    ) -> CriticBatch:
        inputs, _, weights = windows.stack(rows)
        inputs.pop("drawn")
        steps = next(iter(weights.values())) * np.float32(weight)  # (B, T), 0 for padding
        targets = np.zeros((self.batch, self.length, 1), np.float32)
        targets[np.array(are_people)] = 1
        return inputs, {"people": targets}, {"people": steps}
