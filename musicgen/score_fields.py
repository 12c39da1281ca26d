"""Fields of a score beside its notes: parts, tempo changes, key signatures and pedal spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from musicgen.bounds import within

Value = TypeVar("Value")

MAX_TICK = 2**30  # sums of two ticks fit in int32
MAX_FIFTHS = 7  # sharps or flats of a key signature
MIN_TEMPO, MAX_TEMPO = 4.0, 1000.0  # quarters a minute
MICROSECONDS_PER_MINUTE = 60_000_000

PEDAL_DTYPE = np.dtype(
    [
        ("start", np.int32),  # ticks at which the sustain pedal goes down
        ("duration", np.int32),  # ticks until it comes up
        ("part", np.int16),
    ]
)
PEDAL_CHANGE_DTYPE = np.dtype(
    [
        ("start", np.int32),  # ticks
        ("value", np.int16),  # 0 to 127 as in MIDI: down from PEDAL_DOWN on
        ("part", np.int16),
    ]
)
PEDAL_DOWN = 64

# Notes of a MIDI file that are not released as others are.
RELEASE_DTYPE = np.dtype(
    [
        ("start", np.int32),  # of the note, in ticks
        ("pitch", np.int16),
        ("part", np.int16),
        ("program", np.int16),  # that its channel has by then, not the note's; or NO_RELEASE
    ]
)
NO_RELEASE = -1  # the note ends with another one on its key


@dataclass(frozen=True)
class Part:
    """A voice, staff or instrument of a score."""

    name: str = ""  # as the source says; empty if it does not
    program: int = 0  # General MIDI program, 0 to 127; the kit of a drum part
    is_drum: bool = False  # pitches are General MIDI percussion keys
    track: int = 0  # number of the source's track: notes of one track form chords together
    channel: int | None = None  # of a MIDI file, 0 to 15

    def __post_init__(self) -> None:
        within("program", self.program, 0, 127)
        within("track", self.track, 0, 32_767)


@dataclass(frozen=True)
class TempoChange:
    """A tempo that holds from a tick on."""

    start: int  # ticks
    tempo: float  # quarters a minute
    in_first_track: bool = True  # of a MIDI file: some programs overlook those in others

    def __post_init__(self) -> None:
        within("tempo", self.tempo, MIN_TEMPO, MAX_TEMPO)

    def at(self, start: int) -> TempoChange:
        """The same change at another tick."""
        return TempoChange(start, self.tempo, self.in_first_track)


@dataclass(frozen=True)
class KeySignature:
    """The sharps or flats that a score is written with from a tick on."""

    start: int  # ticks
    fifths: int  # number of sharps; negative: of flats
    is_minor: bool = False

    def __post_init__(self) -> None:
        within("fifths", self.fifths, -MAX_FIFTHS, MAX_FIFTHS)

    def at(self, start: int) -> KeySignature:
        """The same key at another tick."""
        return KeySignature(start, self.fifths, self.is_minor)


_BOUNDS = {  # of the columns of notes
    "start": (0, MAX_TICK),
    "duration": (1, MAX_TICK),
    "pitch": (0, 127),
    "velocity": (1, 127),
    "program": (0, 127),
    "part": (0, 32_767),
}


def without_repeats(marks: Sequence[tuple[int, Value]]) -> list[tuple[int, Value]]:
    """Marks (start, value) in order without those that change nothing; at one tick the last."""
    changes: list[tuple[int, Value]] = []
    for start, value in dict(marks).items():
        if not changes or changes[-1][1] != value:
            changes.append((start, value))
    return changes


def microseconds_per_quarter(tempo: float) -> int:
    """A tempo in quarters a minute as MIDI files have it."""
    return round(MICROSECONDS_PER_MINUTE / tempo)


def tempo_from_microseconds(microseconds: int) -> float:
    """Quarters a minute: with two decimals where these give the same microseconds, else exact."""
    exact = MICROSECONDS_PER_MINUTE / microseconds
    rounded = round(exact, 2)
    return rounded if microseconds_per_quarter(rounded) == microseconds else exact


def seconds_at(
    ticks: Sequence[int] | np.ndarray,
    tempo: float,
    changes: Sequence[TempoChange],
    resolution: int,
) -> np.ndarray:
    """Seconds from the beginning at ticks, through all changes of tempo: (N,) -> (N,) float64."""
    if not changes:
        seconds_per_tick = microseconds_per_quarter(tempo) / 1e6 / resolution
        return np.asarray(ticks, dtype=np.float64) * seconds_per_tick
    starts = np.array([0, *(change.start for change in changes)], dtype=np.int64)
    tempos = [tempo, *(change.tempo for change in changes)]
    # As MIDI files say it, so that a written file lasts as long.
    per_tick = np.array([microseconds_per_quarter(value) for value in tempos]) / 1e6 / resolution
    elapsed = np.concatenate([[0.0], np.cumsum(np.diff(starts) * per_tick[:-1])])
    ticks = np.asarray(ticks, dtype=np.float64)
    index = np.searchsorted(starts, ticks, side="right").clip(1) - 1
    return elapsed[index] + (ticks - starts[index]) * per_tick[index]


def pedal_changes(spans: np.ndarray) -> np.ndarray:
    """Changes of the pedal from its spans: (P,) PEDAL_DTYPE -> (2 P,) PEDAL_CHANGE_DTYPE."""
    changes = np.zeros(2 * len(spans), PEDAL_CHANGE_DTYPE)
    changes["start"][::2], changes["value"][::2] = spans["start"], 127
    changes["start"][1::2] = spans["start"] + spans["duration"]
    changes["part"] = np.repeat(spans["part"], 2)
    return changes[np.argsort(changes["start"], kind="stable")]


def pedal_spans(changes: np.ndarray, end: int) -> np.ndarray:
    """Spans in which the pedal is down: (C,) PEDAL_CHANGE_DTYPE, in order -> (P,) PEDAL_DTYPE.

    end: tick at which a pedal that does not come up is taken to do so.
    """
    spans: list[tuple[int, int, int]] = []
    down: dict[int, int] = {}
    for start, value, part in changes.tolist():
        if value >= PEDAL_DOWN:
            down.setdefault(part, start)
        elif part in down:
            first = down.pop(part)
            spans.append((first, max(1, start - first), part))
    spans += [(first, max(1, end - first), part) for part, first in down.items()]
    return np.array(sorted(spans), PEDAL_DTYPE)


def default_parts(notes: np.ndarray) -> tuple[np.ndarray, tuple[Part, ...]]:
    """Parts of notes (N,) NOTE_DTYPE without names: the notes with their part numbers, the parts.

    Part numbers stay where each part has one program; a part with several is split by program.
    """
    if not len(notes):
        return notes, ()
    codes = notes["part"].astype(np.int32) << 7 | notes["program"]
    pairs = np.unique(codes)
    tracks, programs = (pairs >> 7).tolist(), (pairs & 127).tolist()
    if len(set(tracks)) == len(tracks):
        program_of = dict(zip(tracks, programs, strict=True))
        count = tracks[-1] + 1
        return notes, tuple(Part(program=program_of.get(i, 0), track=i) for i in range(count))
    split = notes.copy()
    split["part"] = np.searchsorted(pairs, codes)
    return split, tuple(Part(program=program, track=i) for i, program in enumerate(programs))


def check_notes(notes: np.ndarray) -> None:
    """Raise ValueError if a column has a value out of its range."""
    if len(notes) and not _all_fit(notes):
        for column, (low, high) in _BOUNDS.items():
            values = notes[column]
            if not (low <= values.min() and values.max() <= high):
                raise ValueError(f"{column} is not between {low} and {high}")


def _all_fit(notes: np.ndarray) -> bool:
    """Whether all values are surely in their ranges, by their bits: False says nothing."""
    sevens = notes["pitch"] | notes["velocity"] | notes["program"]
    times = np.bitwise_or.reduce(notes["start"] | notes["duration"])
    return (
        0 <= np.bitwise_or.reduce(sevens) <= 127
        and 0 <= times < MAX_TICK
        and np.bitwise_or.reduce(notes["part"]) >= 0
        # np.all takes ten times as long on small tables.
        and np.count_nonzero(notes["velocity"]) == len(notes)
        and np.count_nonzero(notes["duration"]) == len(notes)
    )


def note_order(notes: np.ndarray) -> np.ndarray:
    """Indices that sort notes by start, pitch, part and duration: (N,) NOTE_DTYPE -> (N,)."""
    key = notes["start"].astype(np.int64) << 7 | notes["pitch"]
    key = key << 15 | notes["part"]
    order = key.argsort(kind="stable")
    ordered = key[order]
    if (ordered[1:] == ordered[:-1]).any():
        return np.lexsort((notes["duration"], key))
    return order


def check_parts(notes: np.ndarray, changes: np.ndarray, parts: tuple[Part, ...]) -> None:
    """Raise ValueError for rows of parts that do not exist and programs that are not the part's."""
    for table in (notes, changes):
        if len(table) and int(table["part"].max()) >= len(parts):
            raise ValueError(f"there is no part {int(table['part'].max())}")
    programs = np.array([part.program for part in parts], dtype=np.int16)
    if len(notes) and np.count_nonzero(programs[notes["part"]] != notes["program"]):
        raise ValueError("the program of a note is not that of its part")
