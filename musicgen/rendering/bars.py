"""A score cut into the bars and tied notes that it is written in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.rendering.note_names import TICKS_PER_WHOLE
from musicgen.rendering.voices import Chord, split_duration, split_voices
from musicgen.score import Metre, Score, first_bar_number


@dataclass(frozen=True)
class Bar:
    """A bar as it is written."""

    number: int  # 0 is a pickup
    start: int  # ticks
    stop: int  # ticks
    metre: Metre
    changes: bool  # the time signature is written here

    @property
    def beat(self) -> int:
        return TICKS_PER_WHOLE // self.metre.denominator

    @property
    def padding(self) -> int:
        """Ticks by which a pickup is shorter than a full bar."""
        return max(0, self.metre.ticks_per_bar - (self.stop - self.start)) * (self.number == 0)


@dataclass(frozen=True)
class NotatedChord:
    """What is written of a chord in one bar with one note value."""

    offset: int  # ticks from the beginning of the bar
    ticks: int
    chord: Chord
    tie: str  # start, continue, stop or ""


def written_bars(score: Score) -> list[Bar]:
    """The bars that hold music; one empty bar where there is none."""
    lines = score.bar_lines().tolist()
    starts = [line for line in lines if line < score.end] or lines[:1]
    metres = {metre.start: metre for metre in score.metres}
    first = first_bar_number(score.metres)
    metre, bars = score.metres[0], []
    for index, start in enumerate(starts):
        changes = start in metres
        metre = metres.get(start, metre)
        length = metre.ticks_per_bar
        stop = lines[index + 1] if index + 1 < len(lines) else start + length
        if index == 0 and first == 0:
            metre = score.metres[1]  # a pickup is written in the metre that it leads to
        elif index == 1 and first == 0:
            changes = False
        bars.append(Bar(index + first, start, stop, metre, changes))
    return bars


def notated_chords(notes: np.ndarray, bars: Sequence[Bar]) -> list[dict[int, list[NotatedChord]]]:
    """For each bar, what each voice has in it."""
    starts = np.array([bar.start for bar in bars])
    written: list[dict[int, list[NotatedChord]]] = [defaultdict(list) for _ in bars]
    for voice, chords in enumerate(split_voices(notes)):
        for chord in chords:
            first = int(np.searchsorted(starts, chord.start, side="right")) - 1
            pieces = list(_pieces(chord, first, bars))
            for index, (bar, offset, ticks) in enumerate(pieces):
                tie = ("start", "continue", "stop")[(index > 0) + (index == len(pieces) - 1)]
                tie = tie if len(pieces) > 1 else ""
                written[bar][voice].append(NotatedChord(offset, ticks, chord, tie))
    return written


def _pieces(chord: Chord, bar: int, bars: Sequence[Bar]) -> Iterator[tuple[int, int, int]]:
    """(bar, offset, ticks) of the tied notes that a chord is written with."""
    start = chord.start
    while start < chord.end:
        here = bars[bar]
        stop = min(chord.end, here.stop)
        for offset, ticks in split_duration(start - here.start, stop - start, here.beat):
            yield bar, offset, ticks
        start, bar = stop, bar + 1
