"""Division of a score into bars and tied notes, as it is notated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.metres import Metre, first_bar_number
from musicgen.rendering.notation.metre_grid import split_note
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

    offset: int  # ticks from the start of the bar
    ticks: int
    chord: Chord
    tie: str  # start, continue, stop or ""

    @property
    def end(self) -> int:
        return self.offset + self.ticks


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


def notated_chords(notes: np.ndarray, bars: Sequence[Bar]) -> list[Voices]:
    """Chords of every bar, by the number of their voice."""
    starts = np.array([bar.start for bar in bars])
    by_bar: list[Voices] = [defaultdict(list) for _ in bars]
    for voice, chords in enumerate(split_voices(notes)):
        for chord in chords:
            first_bar = int(np.searchsorted(starts, chord.start, side="right")) - 1
            pieces = list(_split_at_bar_lines(chord, first_bar, bars))
            for (bar, offset, ticks), tie in zip(pieces, _ties(len(pieces)), strict=True):
                by_bar[bar][voice].append(NotatedChord(offset, ticks, chord, tie))
    return by_bar


def _split_at_bar_lines(
    chord: Chord, bar: int, bars: Sequence[Bar]
) -> Iterator[tuple[int, int, int]]:
    """Bar, offset and ticks of the tied notes that notate a chord."""
    start = chord.start
    while start < chord.end:
        here = bars[bar]
        stop = min(chord.end, here.stop)
        position = start - here.start + here.padding
        for place, ticks in split_note(position, stop - start, here.metre):
            yield bar, place - here.padding, ticks
        start, bar = stop, bar + 1


def _ties(count: int) -> list[str]:
    """Tie of each of several notes that are notated for one."""
    return ["start", *["continue"] * (count - 2), "stop"] if count > 1 else [""]
