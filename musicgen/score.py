"""The score: an immutable table of notes with tempo and metres, used by all packages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np

from musicgen.errors import InvalidSetting

TICKS_PER_QUARTER = 24  # 16ths, triplets and 32nds are exact

NOTE_DTYPE = np.dtype(
    [
        ("start", np.int32),  # ticks from the beginning of the piece
        ("duration", np.int32),  # ticks, at least 1
        ("pitch", np.int16),  # MIDI key number, 0 to 127, 60 is middle C
        ("velocity", np.int16),  # 1 to 127
        ("program", np.int16),  # General MIDI program, 0 to 127
        ("part", np.int16),  # number of the voice, staff or track in the source
    ]
)

MAX_TICK = 2**30  # sums of two ticks fit in int32


@dataclass(frozen=True)
class Metre:
    """A time signature and its start."""

    start: int  # ticks
    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if not 1 <= self.numerator <= 64 or self.denominator not in (1, 2, 4, 8, 16, 32):
            raise InvalidSetting(f"{self.numerator}/{self.denominator} is not a metre")
        if not 0 <= self.start <= MAX_TICK:
            raise ValueError(f"a metre cannot begin at tick {self.start}")

    @property
    def ticks_per_bar(self) -> int:
        """Length of a bar in ticks."""
        return max(1, 4 * TICKS_PER_QUARTER * self.numerator // self.denominator)

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


COMMON_TIME = Metre(0, 4, 4)


@dataclass(frozen=True, eq=False)
class Score:
    """Notes in order of start, pitch, part and duration, with tempo, metres and a name.

    The first bar is a pickup if the first metre lasts for one bar that is shorter than those of
    the second metre (`1/4` before `4/4`): its positions then count from the end of a full bar.
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
        """Equality of the music (notes, tempo and metres); names are ignored."""
        if not isinstance(other, Score):
            return NotImplemented
        same_time = self.tempo == other.tempo and self.metres == other.metres
        return same_time and np.array_equal(self.notes, other.notes)

    def __len__(self) -> int:
        return len(self.notes)

    @cached_property
    def end(self) -> int:
        """End of the last note in ticks; 0 for an empty score."""
        return int((self.notes["start"] + self.notes["duration"]).max()) if len(self) else 0

    @property
    def seconds(self) -> float:
        """Duration in seconds."""
        return self.end / TICKS_PER_QUARTER * 60.0 / self.tempo

    @cached_property
    def bars(self) -> int:
        """Number of bars up to the end, the pickup included."""
        return int(self.bar_positions([self.end - 1])[0][0]) + 1 if len(self) else 0

    @property
    def has_pickup(self) -> bool:
        """Whether the score begins with a pickup and full bars follow."""
        return first_bar_number(self.metres) == 0 and self.bars > 1

    @property
    def full_bars(self) -> int:
        """Number of bars without the pickup, as musicians count them."""
        return self.bars - self.has_pickup

    def bar_positions(
        self, ticks: Sequence[int] | np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Bar index from 0, position in the bar and length of the bar of each tick: 3 x (N,)."""
        return bar_positions(self.metres, ticks)

    def bar_lines(self) -> np.ndarray:
        """Starts of the bars in ticks, from 0 to the first at or after the end."""
        table = _metre_table(self.metres)
        stops = [*table[1:, 0], self.end + table[-1, 1]]
        lines = [
            np.arange(start, min(stop, self.end + length), length)
            for (start, length, _, _), stop in zip(table, stops, strict=True)
        ]
        return np.concatenate(lines)

    def until(self, end: int) -> Score:
        """The score up to a tick: later notes left out, notes that sound beyond it cut off."""
        if self.end <= end:
            return self
        notes = self.notes[self.notes["start"] < end].copy()
        notes["duration"] = np.minimum(notes["duration"], end - notes["start"])
        return replace(self, notes=notes)

    def transposed(self, semitones: int) -> Score:
        """The score transposed by semitones; raises InvalidSetting if a pitch leaves 0 to 127."""
        notes = self.notes.copy()
        notes["pitch"] += semitones
        if len(notes) and not (notes["pitch"].min() >= 0 and notes["pitch"].max() <= 127):
            raise InvalidSetting(f"transposed by {semitones}, a note would leave 0 to 127")
        return replace(self, notes=notes)


def bar_positions(
    metres: tuple[Metre, ...], ticks: Sequence[int] | np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bar index from 0, position in the bar and length of the bar of each tick: 3 x (N,)."""
    ticks = np.asarray(ticks, dtype=np.int64)  # (N,)
    table = _metre_table(metres)  # (M, 4) start, ticks per bar, first bar, offset
    row = table[np.searchsorted(table[:, 0], ticks, side="right") - 1]  # (N, 4)
    since = ticks - row[:, 0]
    return row[:, 2] + since // row[:, 1], since % row[:, 1] + row[:, 3], row[:, 1] + row[:, 3]


def first_bar_number(metres: tuple[Metre, ...]) -> int:
    """Printed number of the first bar: 0 if it is a pickup, else 1."""
    return 0 if bar_positions(metres, [0])[1][0] else 1


def notes_from(rows: Iterable[Sequence[int]]) -> np.ndarray:
    """Notes from rows (start, duration, pitch[, velocity[, program[, part]]]): (N,) NOTE_DTYPE."""
    defaults = (0, 1, 60, 80, 0, 0)
    return np.array([tuple(row) + defaults[len(row) :] for row in rows], dtype=NOTE_DTYPE)


def without_overlaps(notes: np.ndarray) -> np.ndarray:
    """Remove overlaps of notes on the same key, in whatever part: (N,) -> (M,), sorted.

    Of notes with the same start, the longest stays; a note that still sounds when its key is
    struck again ends there.
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
    """Start, ticks per bar, index of the first bar and pickup offset of each metre: (M, 4)."""
    rows, bar = [], 0
    for metre, next_metre in zip(metres, [*metres[1:], None], strict=True):
        length, offset = metre.ticks_per_bar, 0
        if next_metre is not None:
            duration = next_metre.start - metre.start
            if metre.start == 0 and duration <= length < next_metre.ticks_per_bar:
                offset = next_metre.ticks_per_bar - length
        rows.append((metre.start, length, bar, offset))
        if next_metre is not None:
            bar += -(-duration // length)
    return np.array(rows, dtype=np.int64)


def _check(notes: np.ndarray) -> None:
    """Raise ValueError if a column has a value out of its range."""
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
    """Notes of all scores (N,), and the index of each note's score (N,)."""
    if not scores:
        return np.zeros(0, NOTE_DTYPE), np.zeros(0, np.int64)
    notes = np.concatenate([score.notes for score in scores])
    return notes, np.repeat(np.arange(len(scores)), [len(score) for score in scores])
