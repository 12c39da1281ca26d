"""Beats of a metre: where note values, rests and beams are divided."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, partial

from musicgen.metres import TICKS_PER_QUARTER, Metre
from musicgen.rendering.notation.note_values import LONGEST_FIRST, NOTE_VALUES, PLAIN, is_triplet

_SHORTEST_LEVEL = TICKS_PER_QUARTER // 8  # ticks
_GROUPS_OF_EIGHTHS = {5: (3, 2), 7: (2, 2, 3), 11: (3, 3, 3, 2)}  # by numerator
# Bars whose eighths share beams that are longer than a beat, and their ticks.
_LONG_BEAMS = {(4, 4): 48, (2, 4): 48, (3, 4): 72}

Pieces = Iterator[tuple[int, int]]  # position in the bar and ticks


def is_compound(metre: Metre) -> bool:
    """Whether a beat is three units of the denominator, as in 6/8; 3/8 is one such beat."""
    return metre.numerator % 3 == 0 and (metre.numerator > 3 or metre.denominator >= 8)


def beat_ticks(metre: Metre) -> int:
    """Ticks of a beat: a dotted quarter in 6/8, a half in 2/2, else the denominator."""
    unit = 4 * TICKS_PER_QUARTER // metre.denominator
    return 3 * unit if is_compound(metre) else unit


def split_note(position: int, ticks: int, metre: Metre) -> Pieces:
    """Tied note values that show the beats: position in the bar and ticks of each."""
    return _split(position, ticks, levels(metre), partial(_is_clear_note, metre))


def split_rest(position: int, ticks: int, metre: Metre) -> Pieces:
    """Rests that fill a time and cross no beat that they could show."""
    return _split(position, ticks, levels(metre), partial(_is_clear_rest, metre))


def beam_spans(metre: Metre) -> tuple[list[int], list[int]]:
    """Starts of the groups that eighths, and that shorter values, share beams in."""
    bar, beat = metre.ticks_per_bar, beat_ticks(metre)
    groups = _GROUPS_OF_EIGHTHS.get(metre.numerator) if metre.denominator == 8 else None
    if groups:
        unit = bar // metre.numerator
        starts = [sum(groups[:index]) * unit for index in range(len(groups))]
        return starts, starts
    long = _LONG_BEAMS.get((metre.numerator, metre.denominator), beat)
    short = beat if is_compound(metre) else min(beat, TICKS_PER_QUARTER)
    return list(range(0, bar, long)), list(range(0, bar, short))


@lru_cache(maxsize=256)
def levels(metre: Metre) -> tuple[int, ...]:
    """Ticks of a bar, half a bar, a beat and its parts, from long to short."""
    bar, beat = metre.ticks_per_bar, beat_ticks(metre)
    ticks = [bar]
    if bar % (2 * beat) == 0 and bar > 2 * beat and bar // beat in (4, 8):
        ticks.append(bar // 2)
    ticks.append(beat)
    if is_compound(metre):
        ticks.append(beat // 3)
    while ticks[-1] % 2 == 0 and ticks[-1] // 2 >= _SHORTEST_LEVEL:
        ticks.append(ticks[-1] // 2)
    return tuple(dict.fromkeys(ticks))


def _split(
    position: int, ticks: int, grid: tuple[int, ...], is_clear: Callable[[int, int], bool]
) -> Pieces:
    """Cut a span at its strongest division until all pieces are clear."""
    while ticks:
        if is_clear(position, ticks):
            yield position, ticks
            return
        crossed = _strongest_inside(position, ticks, grid)
        if crossed is None:
            value = next(value for value in LONGEST_FIRST if value <= ticks)
        else:
            value = crossed[1] - position
            yield from _split(position, value, grid, is_clear)
            position, ticks = position + value, ticks - value
            continue
        yield position, value
        position, ticks = position + value, ticks - value


def _strongest_inside(position: int, ticks: int, grid: tuple[int, ...]) -> tuple[int, int] | None:
    """Level in ticks and place of the strongest division within a span; None if there is none."""
    for level in grid:
        place = (position // level + 1) * level
        if place < position + ticks:
            return level, place
    return None


def _is_clear_note(metre: Metre, position: int, ticks: int) -> bool:
    """Whether a note of one value may cross the divisions that lie within it."""
    if ticks not in NOTE_VALUES:
        return False
    crossed = _strongest_inside(position, ticks, levels(metre))
    if crossed is None:
        return True
    level, end, beat = crossed[0], position + ticks, beat_ticks(metre)
    if is_triplet(ticks):
        return level < beat or _is_in_triplet(position, ticks)
    if is_compound(metre) and level >= beat:
        return position % beat == 0 and end % beat == 0
    is_syncopation = ticks == level and position % level == level // 2
    return position % level == 0 or end % level == 0 or is_syncopation


def _is_in_triplet(position: int, ticks: int) -> bool:
    """Whether a triplet value lies within one group of three."""
    spans = (3 * ticks // 2, 3 * ticks)
    return position % max(1, ticks // 2) == 0 and any(
        position // span == (position + ticks - 1) // span for span in spans
    )


def _is_clear_rest(metre: Metre, position: int, ticks: int) -> bool:
    """Whether a rest of one value shows the beats that it covers."""
    grid, beat = levels(metre), beat_ticks(metre)
    crossed = _strongest_inside(position, ticks, grid)
    if is_compound(metre) and ticks in (beat, 2 * beat):
        return position % ticks == 0
    if ticks not in NOTE_VALUES or not (ticks in PLAIN or is_triplet(ticks)):
        return False
    if crossed is None:
        return True
    if is_triplet(ticks):
        return crossed[0] < beat
    stronger = grid[max(0, grid.index(crossed[0]) - 1)]
    return position % stronger == 0
