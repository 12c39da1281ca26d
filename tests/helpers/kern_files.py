"""Humdrum texts with nested spines, and the notes that they were made of."""

from __future__ import annotations

import random
from fractions import Fraction

Note = tuple[Fraction, Fraction, int]  # onset and duration in quarters, MIDI key

_RECIPROCALS = {
    Fraction(4): "1",
    Fraction(3): "2.",
    Fraction(2): "2",
    Fraction(1): "4",
    Fraction(3, 4): "8.",
    Fraction(1, 2): "8",
    Fraction(1, 3): "12",
    Fraction(1, 4): "16",
}
_STEPS = (("c", 0), ("d", 2), ("e", 4), ("f", 5), ("g", 7), ("a", 9), ("b", 11))
_BAR = Fraction(4)
MAX_COLUMNS = 8


class NestedSpines:
    """Writes bars of random notes whose spines split, join and change places."""

    def __init__(self, seed: int, spines: int) -> None:
        self._rng = random.Random(seed)
        self._columns = list(range(spines))  # the part of each column
        self._lines: list[list[str]] = [["**kern"] * spines, ["*M4/4"] * spines]
        self._time = Fraction(0)
        self.notes: list[Note] = []

    def add_bar(self, number: int) -> None:
        self._lines.append([f"={number}"] * len(self._columns))
        for length in self._rng.choice(([_BAR], [_BAR / 2, _BAR / 2])):
            for _ in range(self._rng.choice((0, 0, 1, 1, 2))):
                self._split()
            if self._rng.random() < 0.2:
                self._exchange()
            self._add_notes(length)
            for _ in range(self._rng.choice((0, 1, 1, 2, 3))):
                self._join()

    def text(self) -> str:
        """The text so far, with all spines joined and ended."""
        while self._join():
            pass
        ends = [["=="] * len(self._columns), ["*-"] * len(self._columns)]
        return "\n".join("\t".join(line) for line in (*self._lines, *ends)) + "\n"

    def _split(self) -> None:
        if len(self._columns) < MAX_COLUMNS:
            column = self._rng.randrange(len(self._columns))
            self._lines.append(_line(len(self._columns), column, 1, "*^"))
            self._columns.insert(column, self._columns[column])

    def _exchange(self) -> None:
        pairs = [i for i, _ in _runs(self._columns)]
        if pairs:
            self._lines.append(_line(len(self._columns), self._rng.choice(pairs), 2, "*x"))

    def _join(self) -> bool:
        """Join some neighbours of one part, as many at once as may be; whether there are any."""
        runs = _runs(self._columns)
        if not runs:
            return False
        first, length = self._rng.choice(runs)
        count = self._rng.randint(2, length)
        self._lines.append(_line(len(self._columns), first, count, "*v"))
        del self._columns[first + 1 : first + count]
        return True

    def _add_notes(self, length: Fraction) -> None:
        voices = [self._voice(length) for _ in self._columns]
        for time in sorted({time for voice in voices for time in voice}):
            self._lines.append([voice.get(time, ".") for voice in voices])
        self._time += length

    def _voice(self, length: Fraction) -> dict[Fraction, str]:
        """Tokens by onset that fill a length."""
        tokens, time = {}, self._time
        while time < self._time + length:
            left = self._time + length - time
            fitting = [d for d in _RECIPROCALS if d <= left and (left - d) % Fraction(1, 4) == 0]
            duration = self._rng.choice(fitting)
            tokens[time] = self._token(time, duration)
            time += duration
        return tokens

    def _token(self, onset: Fraction, duration: Fraction) -> str:
        reciprocal = _RECIPROCALS[duration]
        if self._rng.random() < 0.15:
            return f"{reciprocal}r"
        names = {}
        for _ in range(self._rng.choice((1, 1, 1, 2, 3))):
            octave, (letter, semitone) = self._rng.randrange(2, 6), self._rng.choice(_STEPS)
            alteration = self._rng.choice(("", "", "#", "-"))
            key = 12 * (octave + 1) + semitone + {"": 0, "#": 1, "-": -1}[alteration]
            name = letter * (octave - 3) if octave > 3 else letter.upper() * (4 - octave)
            names[key] = name + alteration
        self.notes += [(onset, duration, key) for key in names]
        return " ".join(f"{reciprocal}{name}" for name in names.values())


def nested_spines(seed: int, bars: int = 8) -> tuple[str, list[Note]]:
    """A text of one to four spines that nest, and its notes in order."""
    writer = NestedSpines(seed, 1 + seed % 4)
    for bar in range(1, bars + 1):
        writer.add_bar(bar)
    return writer.text(), sorted(writer.notes)


def _runs(columns: list[int]) -> list[tuple[int, int]]:
    """First column and length of each run of at least two columns of one part."""
    runs, first = [], 0
    for column in range(1, len(columns) + 1):
        if column == len(columns) or columns[column] != columns[first]:
            if column - first > 1:
                runs.append((first, column - first))
            first = column
    return runs


def _line(columns: int, first: int, count: int, token: str) -> list[str]:
    return ["*"] * first + [token] * count + ["*"] * (columns - first - count)
