"""Division of a score into bars and tied notes, as it is notated."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np

from musicgen.metres import Metre, first_bar_number
from musicgen.rendering.notation.metre_grid import split_note
from musicgen.rendering.notation.note_values import NoteValue, note_value
from musicgen.rendering.notation.tuplets.tuplet import (
    Ticks,
    Tuplet,
    split_by_tuplets,
    to_ticks,
)
from musicgen.rendering.notation.voices import Chord, split_voices
from musicgen.score import Score


@dataclass(frozen=True)
class Bar:
    """One notated bar."""

    number: int  # as printed; a pickup is bar 0
    start: int  # ticks
    stop: int  # ticks
    metre: Metre
    changes_metre: bool  # a time signature is printed here

    @property
    def padding(self) -> int:
        """Ticks by which a pickup is shorter than a full bar."""
        return max(0, self.metre.ticks_per_bar - self.ticks) * (self.number == 0)

    @property
    def ticks(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True)
class NotatedChord:
    """Part of a chord that is notated in one bar with one note value."""

    offset: Ticks  # from the start of the bar
    ticks: Ticks
    chord: Chord
    tie: str  # start, continue, stop or ""
    tuplet: Tuplet | None = None

    @property
    def end(self) -> Ticks:
        return self.offset + self.ticks

    @property
    def value(self) -> NoteValue:
        return value_in(self.tuplet, self.ticks)


_Piece = tuple[int, Ticks, Ticks, Tuplet | None]  # bar, offset, ticks, and what they are in

Voices = dict[int, list[NotatedChord]]  # of one bar of a staff, by the number of the voice


def written_bars(score: Score) -> list[Bar]:
    """Bars from the start to the end of the music; one empty bar where there is none."""
    lines = score.bar_lines().tolist()
    starts = [line for line in lines if line < score.end] or lines[:1]
    metres = {metre.start: metre for metre in score.metres}
    first_number = first_bar_number(score.metres)
    metre, bars = score.metres[0], []
    for index, start in enumerate(starts):
        changes_metre = start in metres
        metre = metres.get(start, metre)
        stop = lines[index + 1] if index + 1 < len(lines) else start + metre.ticks_per_bar
        if index == 0 and first_number == 0:
            metre = score.metres[1]  # a pickup is notated in the metre that it leads to
        elif index == 1 and first_number == 0:
            changes_metre = False
        bars.append(Bar(index + first_number, start, stop, metre, changes_metre))
    return bars


def value_in(tuplet: Tuplet | None, ticks: Ticks) -> NoteValue:
    """The note value of ticks in a tuplet, or outside of one."""
    return tuplet.value(ticks) if tuplet else note_value(int(ticks))


def notated_chords(
    notes: np.ndarray,
    bars: Sequence[Bar],
    parts: int = 1,
    tuplets: Mapping[tuple[int, int], Sequence[Tuplet]] | None = None,
) -> list[Voices]:
    """Chords of every bar, by the number of their voice.

    parts: of a tick of the grid in the times of the notes. tuplets: by voice and index of the bar.
    """
    starts = [bar.start for bar in bars]
    by_bar: list[Voices] = [defaultdict(list) for _ in bars]
    for voice, chords in enumerate(split_voices(notes)):
        of_bars = [(tuplets or {}).get((voice, bar), ()) for bar in range(len(bars))]
        for chord in chords:
            start: Ticks = chord.start
            end: Ticks = chord.end
            on_grid = chord
            if parts > 1:
                start, end = (to_ticks(Fraction(t, parts)) for t in (chord.start, chord.end))
                on_grid = chord.on_grid(parts)
            first_bar = bisect_right(starts, start) - 1
            pieces = list(_split_at_bar_lines(start, end, first_bar, bars, of_bars))
            for (bar, offset, ticks, tuplet), tie in zip(pieces, _ties(len(pieces)), strict=True):
                by_bar[bar][voice].append(NotatedChord(offset, ticks, on_grid, tie, tuplet))
    return by_bar


def _split_at_bar_lines(
    start: Ticks,
    end: Ticks,
    bar: int,
    bars: Sequence[Bar],
    tuplets: Sequence[Sequence[Tuplet]],
) -> Iterator[_Piece]:
    """The tied notes that notate a time; bar: the index of the one that it begins in."""
    while start < end:
        here = bars[bar]
        stop = min(end, here.stop)
        position = start - here.start + here.padding
        split = partial(split_note, metre=here.metre)
        for place, ticks, tuplet in split_by_tuplets(position, stop - start, tuplets[bar], split):
            yield bar, place - here.padding, ticks, tuplet
        start, bar = stop, bar + 1


def _ties(count: int) -> list[str]:
    """Tie of each of several notes that are notated for one."""
    return ["start", *["continue"] * (count - 2), "stop"] if count > 1 else [""]
