"""Metres from the bars of a notation file, and from the time signatures of a MIDI file."""

from __future__ import annotations

from collections.abc import Sequence

from musicgen.metres import COMMON_TIME, TICKS_PER_QUARTER, Metre
from musicgen.score_fields import MAX_TICK

MAX_NUMERATOR = 64
MAX_DENOMINATOR = 32

Signature = tuple[int, int, int]  # start in ticks, numerator, denominator


def metres_from_bars(
    bars: Sequence[Signature], resolution: int = TICKS_PER_QUARTER
) -> tuple[Metre, ...]:
    """Metres whose bar lines are those of the written bars, in ticks of a resolution.

    A short first bar becomes a pickup, a bar that a repeat sign cuts in two becomes one bar again,
    and any other bar that is shorter or longer than its time signature gets a metre of its own.
    """
    bars = sorted(bars, key=lambda bar: bar[0])
    if not bars or bars[0][0] > 0:
        bars.insert(0, (0, COMMON_TIME.numerator, COMMON_TIME.denominator))
    metres: list[Metre] = []
    index = 0
    while index < len(bars):
        start, numerator, denominator = bars[index]
        length = _bar_ticks(bars, index)
        default = (metres[-1] if metres else COMMON_TIME).bar_ticks(resolution)
        metre = _metre_or_length(start, numerator, denominator, length or default, resolution)
        bar_ticks = metre.bar_ticks(resolution)
        next_length = _bar_ticks(bars, index + 1)
        index += 1
        if length == 0:
            continue
        if length is not None and length != bar_ticks:
            if index > 1 and next_length and length + next_length == bar_ticks:
                index += 1  # two halves of one bar
            else:
                metre = _metre_of_length(start, length, resolution)
        _append(metres, metre, resolution)
    return tuple(metres)


def metres_from_signatures(
    signatures: Sequence[Signature], resolution: int = TICKS_PER_QUARTER
) -> tuple[Metre, ...]:
    """Metres from the time signatures of a MIDI file, in ticks of a resolution.

    Impossible signatures (0/4, 4/256) are skipped; the last of several at one tick counts; the
    metre is 4/4 until the first.
    """
    by_start: dict[int, Metre] = {}
    for start, numerator, denominator in sorted(signatures, key=lambda signature: signature[0]):
        try:
            by_start[start] = Metre(start, numerator, denominator)
        except ValueError:
            continue
    metres: list[Metre] = [] if 0 in by_start else [COMMON_TIME]
    for metre in by_start.values():
        _append(metres, metre, resolution)
    return tuple(metres)


def _metre_or_length(
    start: int, numerator: int, denominator: int, length: int, resolution: int
) -> Metre:
    """The metre of a time signature; of an impossible one, a metre of the bar's length."""
    try:
        return Metre(start, numerator, denominator)
    except ValueError:
        return _metre_of_length(start, length, resolution)


def _bar_ticks(bars: Sequence[Signature], index: int) -> int | None:
    """Ticks from a bar to the next; None for the last bar, which may be incomplete."""
    return bars[index + 1][0] - bars[index][0] if index + 1 < len(bars) else None


def _metre_of_length(start: int, ticks: int, resolution: int) -> Metre:
    """The simplest metre of a length in ticks, rounded up if none is exact."""
    numerator = -(-ticks * MAX_DENOMINATOR // (4 * resolution))
    denominator = MAX_DENOMINATOR
    while denominator > 4 and numerator % 2 == 0:
        numerator, denominator = numerator // 2, denominator // 2
    while numerator > MAX_NUMERATOR and denominator > 1:
        numerator, denominator = -(-numerator // 2), denominator // 2
    return Metre(start, min(MAX_NUMERATOR, max(1, numerator)), denominator)


def _append(metres: list[Metre], metre: Metre, resolution: int) -> None:
    """Append a metre unless it changes nothing."""
    if metre.start > MAX_TICK:
        return
    if metres:
        last = metres[-1]
        same = (last.numerator, last.denominator) == (metre.numerator, metre.denominator)
        if same and (metre.start - last.start) % last.bar_ticks(resolution) == 0:
            return
        if metre.start <= last.start:
            metres.pop()
    metres.append(metre)
