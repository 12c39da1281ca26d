"""A model without weights: it goes on as its training pieces went on. Real, small and fast."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.grid import KEYS
from musicgen.encoding.steps import Encoding, Features, Steps

NEVER = -1e9


class Parrot:
    """Counts what followed the last `order` steps, and fewer where that never happened."""

    warmup_windows: Sequence[np.ndarray] = ()

    def __init__(self, encoding: Encoding, pieces: Sequence[Steps], order: int = 6) -> None:
        self.encoding, self.order = encoding, order
        self.after: dict[tuple, Counter] = defaultdict(Counter)
        for piece in pieces:
            rows = [tuple(row) for row in piece.fields.tolist()]
            for at, row in enumerate(rows):
                for size in range(min(order, at) + 1):
                    self.after[tuple(rows[at - size : at])][row] += 1

    def start(self, pieces: int) -> ParrotStepper:
        return ParrotStepper(self, pieces)


class ParrotStepper:
    def __init__(self, model: Parrot, pieces: int) -> None:
        self.model = model
        self.said: list[list[tuple]] = [[] for _ in range(pieces)]
        self.heard: Features = {}

    def logits(self, features: Features, drawn: np.ndarray) -> np.ndarray:
        self.heard = self.heard if drawn.shape[1] else features
        field = self.model.encoding.fields[drawn.shape[1]]
        logits = np.full((len(self.said), field.size), np.log(1e-7), np.float32)
        for row, said in enumerate(self.said):
            for value, count in self.counts(said, tuple(drawn[row].tolist())).items():
                logits[row, value] = np.log(count)
        if field.name == "pitch":
            logits[~self.playable(drawn[:, 0])] = NEVER
        return logits

    def counts(self, said: list[tuple], drawn: tuple) -> Counter:
        """Of the next value, after as many steps as were ever heard together."""
        for size in range(min(self.model.order, len(said)), -1, -1):
            counts: Counter = Counter()
            for row, count in self.model.after.get(tuple(said[len(said) - size :]), {}).items():
                if row[: len(drawn)] == drawn:
                    counts[row[len(drawn)]] += count
            if counts:
                return counts
        return Counter()

    def playable(self, shift: np.ndarray) -> np.ndarray:
        """As the graphs of `events` have it: a free key, in a chord above the note before."""
        last = np.array([said[-1][1] if said else -1 for said in self.said])
        free = self.heard["remaining"] <= shift[:, None]
        return free & ((shift[:, None] > 0) | (np.arange(KEYS) > last[:, None]))

    def push(self, fields: np.ndarray) -> None:
        for said, row in zip(self.said, fields.tolist(), strict=True):
            said.append(tuple(row))

    def select(self, rows: np.ndarray) -> None:
        self.said = [list(self.said[row]) for row in rows]
        self.heard = {name: value[rows] for name, value in self.heard.items()}


def parrot_of(scores: Sequence, order: int = 6) -> Parrot:
    encoding = EventsEncoding()
    return Parrot(encoding, [encoding.encode(score) for score in scores], order)
