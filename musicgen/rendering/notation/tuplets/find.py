"""Search for the tuplets of a voice in a bar, whose times the grid does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from musicgen.metres import Metre
from musicgen.rendering.notation.metre_grid import beat_ticks, levels
from musicgen.rendering.notation.note_values import NAME_OF_TICKS
from musicgen.rendering.notation.tuplets.tuplet import Tuplet

_SHORTEST_SPAN = 6  # ticks of the grid, a 16th
_MOST_UNITS = 16
_MOST_BEATS = 4  # of a span that is no division of the bar

Span = tuple[int, int]  # start and end of a chord from the beginning of the bar, in parts of ticks


def find_tuplets(
    chords: Sequence[Span], metre: Metre, padding: int, parts: int, min_starts: int
) -> list[Tuplet] | None:
    """Tuplets that hold all times of a voice in a bar; None if some are in none.

    chords: those that sound in the bar. padding: ticks by which a pickup is shorter than its metre.
    parts: of a tick of the grid in the times of chords. min_starts: fewest chords that begin beside
    the grid in each tuplet. The longest units are taken, and then the shortest span.
    """
    shift = padding * parts
    chords = [(start + shift, end + shift) for start, end in chords]
    bar = shift, metre.ticks_per_bar * parts
    times = sorted({time for chord in chords for time in chord if bar[0] <= time <= bar[1]})
    beside = [time for time in times if time % parts]
    found: list[Tuplet] = []
    while beside:
        tuplets = [
            tuplet
            for tuplet in _candidates(times, beside[0], metre, parts)
            if tuplet.position >= padding
            and not any(t.position < tuplet.end and tuplet.position < t.end for t in found)
            and _is_likely(tuplet, chords, parts, min_starts)
        ]
        if not tuplets:
            return None
        found.append(min(tuplets, key=lambda tuplet: (-tuplet.unit, tuplet.ticks)))
        beside = [time for time in beside if time > found[-1].end * parts]
    return found


def _candidates(times: Sequence[int], time: int, metre: Metre, parts: int) -> Iterator[Tuplet]:
    """Tuplets around a time that divide their spans at all times in them."""
    for position, ticks in _spans(Fraction(time, parts), metre):
        span, start = ticks * parts, position * parts
        inside = [time - start for time in times if start < time < start + span]
        for units in range(2, _MOST_UNITS + 1):
            if all(time * units % span == 0 for time in inside):
                normal = _normal_units(ticks, units)
                if normal:
                    yield Tuplet(position, ticks, units, normal)
                break


def _spans(position: Fraction, metre: Metre) -> Iterator[tuple[int, int]]:
    """Position and ticks of the divisions of a bar that hold a position, and of groups of beats."""
    beat, bar = beat_ticks(metre), metre.ticks_per_bar
    for ticks in levels(metre):
        if ticks >= _SHORTEST_SPAN:
            yield int(position // ticks) * ticks, ticks
    last = int(position // beat) * beat
    for ticks in range(2 * beat, min(bar, _MOST_BEATS * beat + 1), beat):
        for start in range(max(0, last + beat - ticks), min(last, bar - ticks) + 1, beat):
            yield start, ticks


def _normal_units(ticks: int, units: int) -> int:
    """The most units of a plain value, not more than `units`, that fill a span; 0 for none."""
    counts = (Fraction(ticks) / value for value in NAME_OF_TICKS)
    return max((int(n) for n in counts if n.denominator == 1 and n <= units), default=0)


def _is_likely(tuplet: Tuplet, chords: Sequence[Span], parts: int, min_starts: int) -> bool:
    """Whether enough chords begin in a tuplet beside the grid, and none goes on in another one."""
    first, last = tuplet.position * parts, tuplet.end * parts
    starts = sum(first < start < last and start % parts != 0 for start, _ in chords)
    goes_on = any(
        start % parts and end % parts and (start < first < end or start < last < end)
        for start, end in chords
    )
    return starts >= min_starts and not goes_on
