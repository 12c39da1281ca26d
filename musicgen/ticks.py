"""Conversion of times between clocks, their text, and the ends of notes on one key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias, TypeVar

import numpy as np

from musicgen.metres import Metre
from musicgen.score_fields import MAX_TEMPO, MIN_TEMPO, KeySignature, TempoChange

Clock: TypeAlias = Callable[[np.ndarray], np.ndarray]  # ticks to ticks of another clock, (N,) int64
Mark = TypeVar("Mark", Metre, TempoChange, KeySignature)


def round_ticks(ticks: np.ndarray, old: int, new: int) -> np.ndarray:
    """Ticks at another resolution, rounded to the nearest, halves up: (N,) -> (N,) int64."""
    return (2 * new * np.asarray(ticks, dtype=np.int64) + old) // (2 * old)


def move_spans(table: np.ndarray, clock: Clock) -> np.ndarray:
    """Notes on another clock, their ends rounded too: (N,) -> (N,)."""
    spans = table.copy()
    start = table["start"].astype(np.int64)
    spans["start"] = clock(start)
    spans["duration"] = np.maximum(1, clock(start + table["duration"]) - spans["start"])
    return spans


def move_changes(table: np.ndarray, clock: Clock) -> np.ndarray:
    """Pedal changes on another clock: (C,) -> (C,)."""
    if not len(table):
        return table
    changes = table.copy()
    changes["start"] = clock(table["start"].astype(np.int64))
    return changes


def move_marks(marks: Iterable[Mark], clock: Clock) -> tuple[Mark, ...]:
    """Marks on another clock; of several at one tick the last stays."""
    marks = list(marks)
    if not marks:
        return ()
    starts = clock(np.array([mark.start for mark in marks], dtype=np.int64)).tolist()
    by_start = dict(zip(starts, marks, strict=True))
    return tuple(mark.at(start) for start, mark in by_start.items())


def end_at_first_release(notes: np.ndarray) -> np.ndarray:
    """End notes that began while their key sounded when that first note is released.

    A key has one release at a time: of two notes of a part on one key, of which the first ends
    while the second sounds, a synthesizer ends both. A note within another stays: (N,) -> (N,),
    notes in the order of a score.
    """
    key = notes["part"].astype(np.int32) << 7 | notes["pitch"]
    if len(key) and key.max() < 2**16:
        key = key.astype(np.uint16)  # sorted in a fraction of the time
    order = key.argsort(kind="stable")  # notes of one key stay in order of start, duration
    key, start = key[order].astype(np.int64), notes["start"][order].astype(np.int64)
    end = start + notes["duration"][order]
    # The latest end before, on the same key: keys are kept apart by an offset.
    offset = key * (int(end.max(initial=0)) + 1)
    latest = np.maximum.accumulate(end + offset)[:-1] - offset[1:]
    overlaps = 1 + np.flatnonzero((latest > start[1:]) & (latest != end[1:]))
    if not len(overlaps):
        return notes
    cut = end.copy()
    for index in overlaps.tolist():
        first = index
        while first and key[first - 1] == key[index]:
            first -= 1
        before = end[first:index][start[first:index] < start[index]]
        cut[index] = min([end[index], *before[before > start[index]].tolist()])
    shortened = notes.copy()
    shortened["duration"][order] = cut - start
    return shortened


def check_marks(tempo: float, metres: Sequence[Metre], changes: Sequence[TempoChange]) -> None:
    """Raise ValueError for a tempo out of range, and for metres or tempi that are not in order."""
    if not MIN_TEMPO <= tempo <= MAX_TEMPO:
        raise ValueError(f"tempo {tempo} is not between 4 and 1000 quarters a minute")
    if not metres or metres[0].start != 0:
        raise ValueError("the first metre must begin at tick 0")
    starts = [metre.start for metre in metres]
    if starts != sorted(set(starts)):
        raise ValueError("metres must be in order, one at a time")
    tempo_starts = [change.start for change in changes]
    if tempo_starts != sorted(tempo_starts):
        raise ValueError("tempi must be in order")


def clock_text(seconds: float) -> str:
    """Minutes and seconds, from an hour on also hours: `1:07`, `1:02:30`."""
    minutes, seconds = divmod(int(seconds + 0.5), 60)  # a half goes up, as in the player
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
