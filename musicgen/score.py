"""The score: one immutable table of notes, the currency between all stages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np

TICKS_PER_QUARTER = 24  # 16ths, triplets and 32nds are exact

NOTE_DTYPE = np.dtype(
    [
        ("start", np.int32),  # ticks from the beginning
        ("duration", np.int32),  # ticks, at least 1
        ("pitch", np.int16),  # MIDI key number, 0 to 127, 60 is middle C
        ("velocity", np.int16),  # 1 to 127
        ("program", np.int16),  # General MIDI programme, 0 to 127
        ("part", np.int16),  # which voice, staff or track of the source
    ]
)

MAX_TICK = 2**30  # far from the edge of int32, so sums of two ticks are safe


@dataclass(frozen=True)
class Metre:
    """A time signature and where it begins."""

    start: int  # ticks
    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if not 1 <= self.numerator <= 64 or self.denominator not in (1, 2, 4, 8, 16, 32):
            raise ValueError(f"{self.numerator}/{self.denominator} is not a metre")
        if not 0 <= self.start <= MAX_TICK:
            raise ValueError(f"a metre cannot begin at tick {self.start}")

    @property
    def ticks_per_bar(self) -> int:
        return max(1, 4 * TICKS_PER_QUARTER * self.numerator // self.denominator)

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


COMMON_TIME = Metre(0, 4, 4)


@dataclass(frozen=True, eq=False)
class Score:
    """Notes sorted by start, pitch, part, duration; with tempo, metres and a name.

    The first bar is a pickup where the first metre lasts less than one bar of the
    second (`1/4` before `4/4`): its positions then count from the end of a full bar.
    """

    notes: np.ndarray = field(default_factory=lambda: np.zeros(0, NOTE_DTYPE))  # (N,) NOTE_DTYPE
    tempo: float = 120.0  # quarters a minute
    metres: tuple[Metre, ...] = (COMMON_TIME,)
    name: str = ""

    def __post_init__(self) -> None:
        notes = np.array(self.notes, dtype=NOTE_DTYPE)
        _check(notes)
        if not 4.0 <= self.tempo <= 1000.0:
            raise ValueError(f"tempo {self.tempo} is not between 4 and 1000 quarters a minute")
        if not self.metres or self.metres[0].start != 0:
            raise ValueError("the first metre must begin at tick 0")
        starts = [metre.start for metre in self.metres]
        if starts != sorted(set(starts)):
            raise ValueError("metres must be in order, one at a time")
        order = np.lexsort((notes["duration"], notes["part"], notes["pitch"], notes["start"]))
        notes = notes[order]
        notes.flags.writeable = False
        object.__setattr__(self, "notes", notes)

    def __eq__(self, other: object) -> bool:
        """Equal music: the same notes, tempo and metres, under whatever name."""
        if not isinstance(other, Score):
            return NotImplemented
        same_time = self.tempo == other.tempo and self.metres == other.metres
        return same_time and np.array_equal(self.notes, other.notes)

    def __len__(self) -> int:
        return len(self.notes)

    @cached_property
    def end(self) -> int:
        """The tick at which the last note ends; 0 for an empty score."""
        return int((self.notes["start"] + self.notes["duration"]).max()) if len(self) else 0

    @property
    def seconds(self) -> float:
        """How long the score lasts at its tempo."""
        return self.end / TICKS_PER_QUARTER * 60.0 / self.tempo

    @cached_property
    def bars(self) -> int:
        """How many bars hold music, the pickup included."""
        return int(self.bar_positions([self.end - 1])[0][0]) + 1 if len(self) else 0

    @property
    def has_pickup(self) -> bool:
        """Whether whole bars follow a pickup, which counts in `bars` and not among people."""
        return first_bar_number(self.metres) == 0 and self.bars > 1

    @property
    def full_bars(self) -> int:
        """How many bars there are as people count them, without the upbeat."""
        return self.bars - self.has_pickup

    def bar_positions(
        self, ticks: Sequence[int] | np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For each tick: bar index from 0, position in the bar, length of that bar (ticks)."""
        return bar_positions(self.metres, ticks)

    def bar_lines(self) -> np.ndarray:
        """The ticks at which bars begin, from 0 to the first at or after the end."""
        table = _metre_table(self.metres)
        stops = [*table[1:, 0], self.end + table[-1, 1]]
        lines = [
            np.arange(start, min(stop, self.end + length), length)
            for (start, length, _, _), stop in zip(table, stops, strict=True)
        ]
        return np.concatenate(lines)

    def until(self, end: int) -> Score:
        """The notes that begin before a tick, cut where they sound beyond it."""
        if self.end <= end:
            return self
        notes = self.notes[self.notes["start"] < end].copy()
        notes["duration"] = np.minimum(notes["duration"], end - notes["start"])
        return replace(self, notes=notes)

    def transposed(self, semitones: int) -> Score:
        """The same music moved by semitones; ValueError where a note would leave 0..127."""
        notes = self.notes.copy()
        notes["pitch"] += semitones
        return replace(self, notes=notes)


def bar_positions(
    metres: tuple[Metre, ...], ticks: Sequence[int] | np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each tick: bar index from 0, position in the bar, length of that bar (ticks)."""
    at = np.asarray(ticks, dtype=np.int64)  # (N,)
    table = _metre_table(metres)  # (M, 4) start, ticks per bar, first bar, offset
    row = table[np.searchsorted(table[:, 0], at, side="right") - 1]  # (N, 4)
    since = at - row[:, 0]
    return row[:, 2] + since // row[:, 1], since % row[:, 1] + row[:, 3], row[:, 1] + row[:, 3]


def first_bar_number(metres: tuple[Metre, ...]) -> int:
    """The number that the first bar is printed with: 0 where it is a pickup, else 1."""
    return 0 if bar_positions(metres, [0])[1][0] else 1


def notes_from(rows: Iterable[Sequence[int]]) -> np.ndarray:
    """A table from rows of (start, duration, pitch[, velocity[, program[, part]]])."""
    defaults = (0, 1, 60, 80, 0, 0)
    return np.array([tuple(row) + defaults[len(row) :] for row in rows], dtype=NOTE_DTYPE)


def without_overlaps(notes: np.ndarray) -> np.ndarray:
    """Notes (sorted) such that a key sounds once at a time.

    Of notes on one key with the same start the longest stays; a note still sounding when
    its key is struck again ends there. Parts and programmes are merged.
    """
    order = np.lexsort((-notes["duration"], notes["start"], notes["pitch"]))
    table = notes[order].copy()
    same_key = table["pitch"][1:] == table["pitch"][:-1]
    first = np.ones(len(table), dtype=bool)
    first[1:] = ~(same_key & (table["start"][1:] == table["start"][:-1]))
    table = table[first]
    if len(table) > 1:
        gap = table["start"][1:] - table["start"][:-1]
        cut = (table["pitch"][1:] == table["pitch"][:-1]) & (gap < table["duration"][:-1])
        table["duration"][:-1][cut] = gap[cut]
    return table[np.lexsort((table["pitch"], table["start"]))]


@lru_cache(maxsize=4096)
def _metre_table(metres: tuple[Metre, ...]) -> np.ndarray:
    """Rows of (start, ticks per bar, index of the first bar, offset of a pickup)."""
    rows, bar = [], 0
    for here, following in zip(metres, [*metres[1:], None], strict=True):
        length, offset = here.ticks_per_bar, 0
        if following is not None:
            lasts = following.start - here.start
            if here.start == 0 and lasts <= length < following.ticks_per_bar:
                offset = following.ticks_per_bar - length
        rows.append((here.start, length, bar, offset))
        if following is not None:
            bar += -(-lasts // length)
    return np.array(rows, dtype=np.int64)


def _check(notes: np.ndarray) -> None:
    """ValueError unless every number of the table is one that music can have."""
    bounds = {
        "start": (0, MAX_TICK),
        "duration": (1, MAX_TICK),
        "pitch": (0, 127),
        "velocity": (1, 127),
        "program": (0, 127),
        "part": (0, 32767),
    }
    for column, (low, high) in bounds.items():
        values = notes[column]
        if len(values) and not (low <= values.min() and values.max() <= high):
            raise ValueError(f"{column} is not between {low} and {high}")


def pooled_notes(scores: Sequence[Score]) -> tuple[np.ndarray, np.ndarray]:
    """Notes of all scores, and the index of each note's score: (N,) each."""
    if not scores:
        return np.zeros(0, NOTE_DTYPE), np.zeros(0, np.int64)
    notes = np.concatenate([score.notes for score in scores])
    return notes, np.repeat(np.arange(len(scores)), [len(score) for score in scores])
