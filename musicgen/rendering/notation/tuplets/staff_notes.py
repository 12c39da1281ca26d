"""Notes of a staff with times that are exact in tuplets, and on the grid elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import lcm
from typing import TypeAlias

import numpy as np

from musicgen.metres import TICKS_PER_QUARTER
from musicgen.rendering.notation.bars import Bar
from musicgen.rendering.notation.tuplets.find import Span, find_tuplets
from musicgen.rendering.notation.tuplets.tuplet import Tuplet
from musicgen.rendering.notation.voices import split_voices
from musicgen.score import Score
from musicgen.score_fields import MAX_TICK
from musicgen.ticks import end_at_first_release

Rounding: TypeAlias = Callable[[np.ndarray, Sequence[Bar]], np.ndarray]  # of notes on the grid
TupletsOfBars: TypeAlias = dict[tuple[int, int], list[Tuplet]]  # by voice and index of the bar
_LARGEST_RESOLUTION = 32_768  # ticks per quarter of exact times
_MIN_STARTS_OF_PLAYED = 2
_MAX_ROUNDS = 4  # of rounding, which can change voices and so tuplets


@dataclass(frozen=True)
class ExactNotes:
    """Notes of a score; times in parts of a tick of the grid."""

    notes: np.ndarray  # (N,) NOTE_DTYPE
    parts: int = 1  # of a tick
    min_starts: int = 0  # fewest notes that begin beside the grid in what is taken for a tuplet

    def of_part(self, number: int) -> ExactNotes:
        """The notes of a part."""
        return replace(self, notes=self.notes[self.notes["part"] == number])

    def selected(self, is_wanted: np.ndarray) -> ExactNotes:
        """Some of the notes: (N,) bool."""
        return replace(self, notes=self.notes[is_wanted])

    @property
    def on_grid(self) -> np.ndarray:
        """The notes in the same order, their times rounded to the grid: (N,) NOTE_DTYPE."""
        if self.parts == 1:
            return self.notes
        start, end = self.notes["start"], self.notes["start"] + self.notes["duration"]
        rounded = self.notes.copy()
        rounded["start"] = _nearest(start, self.parts) // self.parts
        ends = _nearest(end, self.parts) // self.parts
        rounded["duration"] = np.maximum(1, ends - rounded["start"])
        return rounded


def exact_notes(score: Score) -> ExactNotes:
    """The notes of a score with the times that it has, in whole parts of a tick of the grid.

    In a score that may have been played, a single note beside the grid makes no tuplet.
    """
    grid = score.on_grid()
    resolution = lcm(score.resolution, TICKS_PER_QUARTER)
    factor = resolution // score.resolution
    fits = resolution <= _LARGEST_RESOLUTION and score.end * factor <= MAX_TICK
    if resolution == TICKS_PER_QUARTER or not fits:
        return ExactNotes(grid.notes)
    notes = end_at_first_release(score.notes).copy()
    notes["start"] *= factor
    notes["duration"] *= factor
    is_played = any(part.channel is not None for part in score.parts)
    return ExactNotes(
        notes, resolution // TICKS_PER_QUARTER, _MIN_STARTS_OF_PLAYED if is_played else 0
    )


@dataclass(frozen=True)
class StaffNotes:
    """Notes of a staff; times in parts of a tick of the grid."""

    notes: np.ndarray  # (N,) NOTE_DTYPE
    parts: int = 1  # of a tick
    tuplets: TupletsOfBars = field(default_factory=dict)


def staff_notes(exact_times: ExactNotes, bars: Sequence[Bar], rounded: Rounding) -> StaffNotes:
    """The notes of a staff, rounded in bars without tuplets."""
    notes, parts = exact_times.notes, exact_times.parts
    if parts == 1 or not len(notes):
        return StaffNotes(rounded(exact_times.on_grid, bars))
    exact, tuplets = _with_tuplets(notes, bars, parts, exact_times.min_starts)
    if not tuplets:
        return StaffNotes(rounded(_to_grid(exact, parts), bars))
    of_notes = _bar_of(exact["start"], bars, parts)
    keeps = np.isin(of_notes, [bar for _, bar in tuplets])
    keeps |= (exact["start"] + exact["duration"]) % parts != 0
    others = rounded(_to_grid(exact[~keeps], parts), bars).copy() if not keeps.all() else None
    if others is not None:
        others["start"] *= parts
        others["duration"] *= parts
        exact = np.concatenate([exact[keeps], others])
        exact = exact[np.lexsort((exact["pitch"], exact["start"]))]
    exact, tuplets = _with_tuplets(exact, bars, parts, 0)
    return StaffNotes(exact, parts, tuplets)


def _with_tuplets(
    notes: np.ndarray, bars: Sequence[Bar], parts: int, min_starts: int
) -> tuple[np.ndarray, TupletsOfBars]:
    """Notes, on the grid in all bars that tuplets do not explain, and the tuplets of the others."""
    for _ in range(_MAX_ROUNDS):
        tuplets: TupletsOfBars = {}
        unexplained: set[int] = set()
        for voice, chords in enumerate(split_voices(notes)):
            spans = [(chord.start, chord.end) for chord in chords]
            for index, of_bar in _spans_beside_grid(spans, bars, parts).items():
                bar = bars[index]
                found = find_tuplets(of_bar, bar.metre, bar.padding, parts, min_starts)
                if found is None:
                    unexplained.add(index)
                else:
                    tuplets[voice, index] = found
        if not unexplained:
            return notes, tuplets
        notes = _rounded_in(notes, unexplained, bars, parts)
    return _rounded_in(notes, set(range(len(bars))), bars, parts), {}


def _spans_beside_grid(
    spans: Sequence[Span], bars: Sequence[Bar], parts: int
) -> dict[int, list[Span]]:
    """The chords of a voice in each bar that has times beside the grid, counted from its start."""
    starts = np.array([bar.start * parts for bar in bars])
    table = np.array(spans)  # (C, 2)
    firsts = np.searchsorted(starts, table[:, 0], side="right") - 1
    lasts = np.searchsorted(starts, table[:, 1], side="left") - 1
    beside = table % parts != 0
    wanted = {*firsts[beside[:, 0]].tolist(), *lasts[beside[:, 1]].tolist()}
    by_bar: dict[int, list[Span]] = {index: [] for index in sorted(wanted)}
    for span, first, last in zip(spans, firsts.tolist(), lasts.tolist(), strict=True):
        for index in range(first, last + 1):
            if index in by_bar:
                start = bars[index].start * parts
                by_bar[index].append((span[0] - start, span[1] - start))
    return by_bar


def _rounded_in(
    notes: np.ndarray, indices: set[int], bars: Sequence[Bar], parts: int
) -> np.ndarray:
    """The notes with those times rounded to the grid that are in bars of the indices."""
    start, end = notes["start"].astype(np.int64), notes["start"] + notes["duration"]
    bar_starts = np.array([bar.start * parts for bar in bars])
    ends_in = np.searchsorted(bar_starts, end, side="left") - 1
    bad = np.array(sorted(indices))
    start = np.where(np.isin(_bar_of(start, bars, parts), bad), _nearest(start, parts), start)
    end = np.where(np.isin(ends_in, bad), _nearest(end, parts), end)
    rounded, duration = notes.copy(), end - start
    is_moved = duration != notes["duration"]
    rounded["start"] = start
    rounded["duration"] = np.where(is_moved, np.maximum(parts, duration), duration)
    return rounded


def _nearest(times: np.ndarray, parts: int) -> np.ndarray:
    nearest: np.ndarray = (2 * times.astype(np.int64) + parts) // (2 * parts) * parts
    return nearest


def _to_grid(notes: np.ndarray, parts: int) -> np.ndarray:
    """Notes that are on the grid, in its ticks."""
    on_grid = notes.copy()
    on_grid["start"] //= parts
    on_grid["duration"] //= parts
    return on_grid


def _bar_of(times: np.ndarray, bars: Sequence[Bar], parts: int) -> np.ndarray:
    """Index of the bar that each time lies in: (N,) -> (N,)."""
    starts = np.array([bar.start * parts for bar in bars])
    index: np.ndarray = np.searchsorted(starts, times, side="right") - 1
    return index
