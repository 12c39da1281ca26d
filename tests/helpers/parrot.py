"""Models without weights that continue as their training pieces did: real, small and fast."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.grid import KEYS
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.values import AT_END
from musicgen.encoding.steps import Encoding, Features, Steps
from musicgen.score import Score

FORBIDDEN = -1e9
UNSEEN = 1e-7  # odds of a value that never followed
PARTS = PartsEncoding()
BEGINNING = ()  # in place of a step


class Parrot:
    """Counts the steps after the last `order` steps, or after fewer where those are new."""

    warmup_windows: Sequence[np.ndarray] = ()
    critic: None = None

    def __init__(self, encoding: Encoding, pieces: Sequence[Steps], order: int = 6) -> None:
        self.encoding, self.order = encoding, order
        self.following: dict[tuple, Counter] = defaultdict(Counter)
        self.steps_run = 0  # of all steppers
        for piece in pieces:
            rows = [tuple(row) for row in piece.fields.tolist()]
            for position, row in enumerate(rows):
                for size in range(min(order, position) + 1):
                    self.following[tuple(rows[position - size : position])][row] += 1

    def start(self, pieces: int) -> ParrotStepper:
        return ParrotStepper(self, pieces)


class ParrotStepper:
    """State of K pieces: the steps so far."""

    def __init__(self, model: Parrot, pieces: int) -> None:
        self.model = model
        self.history: list[list[tuple]] = [[] for _ in range(pieces)]
        self.features: Features = {}

    def logits(self, features: Features, drawn: np.ndarray) -> np.ndarray:
        if not drawn.shape[1]:
            self.features = features
        field = self.model.encoding.fields[drawn.shape[1]]
        logits = np.full((len(self.history), field.size), np.log(UNSEEN), np.float32)
        for row, history in enumerate(self.history):
            for value, count in self.counts(history, tuple(drawn[row].tolist())).items():
                logits[row, value] = np.log(count)
        if field.name == "pitch":
            logits[~self.playable_mask(drawn[:, 0])] = FORBIDDEN
        return logits

    def counts(self, history: list[tuple], drawn: tuple) -> Counter:
        """Counts of the next value, after as many steps as occurred together in training."""
        for size in range(min(self.model.order, len(history)), -1, -1):
            counts: Counter = Counter()
            context = tuple(history[len(history) - size :])
            for row, count in self.model.following.get(context, {}).items():
                if row[: len(drawn)] == drawn:
                    counts[row[len(drawn)]] += count
            if counts:
                return counts
        return Counter()

    def playable_mask(self, shift: np.ndarray) -> np.ndarray:
        """Keys that the graphs of `events` allow: free, and in a chord above the note before."""
        last = np.array([history[-1][1] if history else -1 for history in self.history])
        free = self.features["remaining"] <= shift[:, None]
        return free & ((shift[:, None] > 0) | (np.arange(KEYS) > last[:, None]))

    def push(self, fields: np.ndarray) -> None:
        self.model.steps_run += 1
        for history, row in zip(self.history, fields.tolist(), strict=True):
            history.append(tuple(row))

    def select(self, rows: np.ndarray) -> None:
        self.history = [list(self.history[row]) for row in rows]
        self.features = {name: value[rows] for name, value in self.features.items()}


def parrot_of(scores: Sequence[Score], order: int = 6) -> Parrot:
    """A parrot of scores in `events`."""
    encoding = EventsEncoding()
    return Parrot(encoding, [encoding.encode(score) for score in scores], order)


class PartsParrot:
    """Counts of the steps after the latest steps of the same part."""

    warmup_windows: Sequence[np.ndarray] = ()
    critic: None = None

    def __init__(self, pieces: Sequence[Score], order: int = 4) -> None:
        self.encoding, self.order = PARTS, order
        self.steps_run = 0  # of all steppers
        self.following: dict[tuple, Counter] = defaultdict(Counter)
        for steps in map(PARTS.encode, pieces):
            part, _ = steps.schedule
            for number in range(len(steps.roles)):
                rows = [BEGINNING, *map(tuple, steps.fields[part == number].tolist())]
                for at in range(1, len(rows)):
                    for size in range(min(order, at) + 1):
                        self.following[number, *rows[at - size : at]][rows[at]] += 1

    def start(self, rows: int) -> PartsParrotStepper:
        return PartsParrotStepper(self, rows)


class PartsParrotStepper:
    """The steps of each part of K pieces so far."""

    def __init__(self, model: PartsParrot, rows: int) -> None:
        self.model = model
        self.histories: list[dict[int, list]] = [defaultdict(list) for _ in range(rows)]
        self.part = np.zeros(rows, np.int64)

    def logits(self, features: Features, drawn: np.ndarray) -> np.ndarray:
        self.part = features["part"][:, 0].astype(np.int64)
        size = PARTS.fields[drawn.shape[1]].size
        logits = np.full((len(self.histories), size), -14.0, np.float32)
        for row, values in enumerate(drawn.tolist()):
            for value, count in self.counts(row, tuple(values)).items():
                logits[row, value] = np.log(count)
        if drawn.shape[1] == 2:
            logits[:, AT_END] += 8.0  # where it may not end as in training, it goes on
        return logits

    def counts(self, row: int, drawn: tuple[int, ...]) -> Counter:
        part = int(self.part[row])
        history, counts = [BEGINNING, *self.histories[row][part]], Counter()
        for size in range(min(self.model.order, len(history)), -1, -1):
            context = tuple(history[len(history) - size :])
            for step, count in self.model.following.get((part, *context), {}).items():
                if step[: len(drawn)] == drawn:
                    counts[step[len(drawn)]] += count
            if counts:
                break
        return counts

    def push(self, fields: np.ndarray) -> None:
        self.model.steps_run += 1
        for history, part, row in zip(self.histories, self.part, fields.tolist(), strict=True):
            history[int(part)].append(tuple(row))

    def select(self, rows: np.ndarray) -> None:
        self.part = self.part[rows]
        self.histories = [
            defaultdict(list, {part: [*steps] for part, steps in self.histories[row].items()})
            for row in rows
        ]
