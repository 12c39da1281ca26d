"""Metres from bars as written, and from the time signatures of a MIDI file."""

from __future__ import annotations

from collections.abc import Sequence

from musicgen.score import COMMON_TIME, MAX_TICK, TICKS_PER_QUARTER, Metre

SHORTEST_BEAT = 32  # the finest denominator of a Metre
_TICKS_OF_SHORTEST = 4 * TICKS_PER_QUARTER // SHORTEST_BEAT


def metres_from_bars(bars: Sequence[tuple[int, int, int]]) -> tuple[Metre, ...]:
    """Metres under which bars begin where they are written.

    bars: (start in ticks, numerator, denominator) in order. A short first bar becomes a
    pickup, a bar that a repeat sign cuts in two is one bar again, and any other bar that is
    shorter or longer than its time signature gets a metre of its own length.
    """
    bars = sorted(bars, key=lambda bar: bar[0])
    if not bars or bars[0][0] > 0:
        bars.insert(0, (0, COMMON_TIME.numerator, COMMON_TIME.denominator))
    metres: list[Metre] = []
    index = 0
    while index < len(bars):
        start, numerator, denominator = bars[index]
        lasts = _lasts(bars, index)
        written = _written(start, numerator, denominator, lasts)
        following = _lasts(bars, index + 1)
        index += 1
        if lasts == 0:
            continue
        if lasts is not None and lasts != written.ticks_per_bar:
            if index > 1 and following and lasts + following == written.ticks_per_bar:
                index += 1  # two halves of one bar
            else:
                written = _of_length(start, lasts)
        _append(metres, written)
    return tuple(metres)


def metres_from_signatures(
    signatures: Sequence[tuple[int, int, int]],
) -> tuple[Metre, ...]:
    """Metres from time signatures (start in ticks, numerator, denominator) of a MIDI file.

    Those that cannot be metres (0/4, 4/256) are passed over; of several at one tick the
    last counts; 4/4 where none is given at the beginning.
    """
    at: dict[int, Metre] = {}
    for start, numerator, denominator in sorted(signatures, key=lambda each: each[0]):
        try:
            at[start] = Metre(start, numerator, denominator)
        except ValueError:
            continue
    metres: list[Metre] = [] if 0 in at else [COMMON_TIME]
    for metre in at.values():
        _append(metres, metre)
    return tuple(metres)


def _written(start: int, numerator: int, denominator: int, lasts: int | None) -> Metre:
    """The metre of a time signature; of one that no Metre can be, that of the bar's length."""
    try:
        return Metre(start, numerator, denominator)
    except ValueError:
        return _of_length(start, lasts or COMMON_TIME.ticks_per_bar)


def _lasts(bars: Sequence[tuple[int, int, int]], index: int) -> int | None:
    """Ticks from a bar to the next; None for the last, which may be cut short."""
    return bars[index + 1][0] - bars[index][0] if index + 1 < len(bars) else None


def _of_length(start: int, ticks: int) -> Metre:
    """The simplest metre of so many ticks, or of a few more where none is exact."""
    thirty_seconds = -(-ticks // _TICKS_OF_SHORTEST)
    denominator = SHORTEST_BEAT
    while denominator > 4 and thirty_seconds % 2 == 0:
        thirty_seconds, denominator = thirty_seconds // 2, denominator // 2
    while thirty_seconds > 64 and denominator > 1:
        thirty_seconds, denominator = -(-thirty_seconds // 2), denominator // 2
    return Metre(start, min(64, max(1, thirty_seconds)), denominator)


def _append(metres: list[Metre], metre: Metre) -> None:
    """Add a metre where it changes something."""
    if metre.start > MAX_TICK:
        return
    if metres:
        last = metres[-1]
        same = (last.numerator, last.denominator) == (metre.numerator, metre.denominator)
        if same and (metre.start - last.start) % last.ticks_per_bar == 0:
            return
        if metre.start <= last.start:
            metres.pop()
    metres.append(metre)
