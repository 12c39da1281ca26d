"""Times of tempo and pedal marks: exact inside of tuplets, on the grid elsewhere."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from musicgen.rendering.notation.bars import Bar
from musicgen.rendering.notation.staves import WrittenPart
from musicgen.rendering.notation.tuplets.tuplet import Ticks, to_ticks
from musicgen.score import Score


@dataclass(frozen=True)
class MarkClock:
    """Where the marks of a score are written, in ticks of the grid."""

    score: Score  # has the marks
    parts: int = 1  # of a tick of the grid, in which the score has its times
    spans: tuple[tuple[int, int], ...] = ()  # first and last tick of the tuplets, apart, in order

    def place(self, time: int) -> Ticks:
        """Ticks of the grid of a time of the score: a fraction only inside of a tuplet."""
        exact = Fraction(time, self.parts)
        index = bisect_right(self.spans, (exact, exact)) - 1
        if index >= 0 and exact < self.spans[index][1]:
            return to_ticks(exact)
        return (2 * time + self.parts) // (2 * self.parts)


def mark_clock(
    score: Score, grid: Score, written: Sequence[WrittenPart], bars: Sequence[Bar], parts: int
) -> MarkClock:
    """The clock of a score's marks; grid: the score on the grid. parts: of its ticks."""
    if parts == 1:
        return MarkClock(grid)
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(set(_spans(written, bars))):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(stop, merged[-1][1])
        else:
            merged.append((start, stop))
    return MarkClock(score.at_resolution(grid.resolution * parts), parts, tuple(merged))


def _spans(written: Sequence[WrittenPart], bars: Sequence[Bar]) -> Iterator[tuple[int, int]]:
    """First and last tick of each tuplet of all parts."""
    for part in written:
        for staff in part.staves:
            for bar, voices in zip(bars, staff.voices, strict=True):
                start = bar.start - bar.padding
                for chords in voices.values():
                    for tuplet in {chord.tuplet for chord in chords if chord.tuplet}:
                        yield start + tuplet.position, start + tuplet.end
