"""The bars of all parts of a MusicXML score in time: bar lines, endings, marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from musicgen.corpus.readers.metres import Signature
from musicgen.corpus.readers.musicxml.bars import Bar, Ticks


@dataclass(frozen=True)
class Layout:
    """Places of the bars, by index."""

    starts: list[Ticks]  # in ticks; of a bar that is left out, the start of the next
    is_left_out: list[bool]  # whether the bar is of an ending that another one follows
    signatures: list[Signature]  # of the other bars


def lay_out(parts: Sequence[Sequence[Bar]], resolution: int) -> Layout:
    """Place the bars of all parts after each other; parts meet again at each bar line."""
    columns = [
        [bar for bar in column if bar is not None] for column in zip_longest(*parts, fillvalue=None)
    ]
    lengths = [_bar_length(column, resolution) for column in columns]
    left_out = _bars_left_out(parts, len(columns))
    starts: list[Ticks] = []
    signatures: list[Signature] = []
    position: Ticks = 0
    for column, length, is_left_out in zip(columns, lengths, left_out, strict=True):
        starts.append(position)
        if not is_left_out:
            signatures.append((round(position), *_signature(column)))
            position += length
    return Layout(starts, left_out, signatures)


def _signature(bars: Sequence[Bar]) -> tuple[int, int]:
    """Numerator and denominator of a bar, from the first part that says them."""
    return next((bar.signature for bar in bars if bar.has_signature), bars[0].signature)


def _bar_length(bars: Sequence[Bar], resolution: int) -> Ticks:
    """The length of a bar, given as the bars of all parts.

    A bar is as long as its metre if any part fills it exactly or if no part writes anything, else
    as long as its fullest part; rests alone make no bar longer than its metre. Of a bar that is
    not counted (a pickup, a part of a bar) only the parts with notes tell the length.
    """
    if any(bar.is_implicit for bar in bars):
        bars = [bar for bar in bars if bar.sounding_length] or bars
    numerator, denominator = _signature(bars)
    full = 4 * resolution * numerator // denominator if denominator else 0
    lengths = [bar.length for bar in bars]
    longest = max(lengths)
    if full in lengths or (longest > full >= max(bar.sounding_length for bar in bars)):
        return full or longest
    return longest or full


def _bars_left_out(parts: Sequence[Sequence[Bar]], count: int) -> list[bool]:
    """Whether each bar is of an ending that another ending follows at once."""
    spans = {span for part in parts for span in _endings(part)}
    number_at = {first: number for first, _, number in spans}
    repeats = {index for part in parts for index, bar in enumerate(part) if bar.repeats}
    left_out = [False] * count
    for first, stop, number in spans:
        last = _last_bar(stop, number, number_at, repeats)
        following = number_at.get(last + 1)
        if following is not None and not 0 < following <= number:
            left_out[first : last + 1] = [True] * (last + 1 - first)
    return left_out


def _last_bar(stop: int, number: int, number_at: Mapping[int, int], repeats: set[int]) -> int:
    """The last bar of an ending whose bracket stops in a bar.

    The bracket may be shorter than the ending, which lasts until the repeat sign before the next.
    """
    following = min((first for first in number_at if first > stop), default=0)
    sign = min((bar for bar in repeats if bar >= stop), default=0)
    is_shorter = stop < sign == following - 1 and 0 < number < number_at[following]
    return sign if is_shorter else stop


def _endings(bars: Sequence[Bar]) -> list[tuple[int, int, int]]:
    """First bar, last bar and number of the endings of a part."""
    spans: list[tuple[int, int, int]] = []
    first, number = None, 0
    for index, bar in enumerate(bars):
        if bar.ending_starts is not None:
            if first is not None:
                spans.append((first, index - 1, number))
            first, number = index, bar.ending_starts
        if bar.ending_stops:  # one that did not start is of this bar alone
            spans.append((index if first is None else first, index, number))
            first, number = None, 0
    if first is not None:
        spans.append((first, len(bars) - 1, number))
    return spans
