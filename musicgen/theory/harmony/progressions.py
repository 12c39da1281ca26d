"""Chord progressions as text: `C | Am7 | F G`, as they are typed and printed.

Bars are separated by `|` or by lines, and the chords of a bar share it equally; without any `|`
each chord is a bar. `%` stands for the bar before, `/` for the chord before in its bar, `N.C.` for
no chord. `chord_symbols.py` reads the chords.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from musicgen.errors import MusicgenError
from musicgen.theory.harmony.chord_symbols import UnknownChord, parse_chord
from musicgen.theory.harmony.vocabulary import Chord

MAX_BARS = 1000
_IN_PARENTHESES = re.compile(r"\([^()|\n]*\)")


class ProgressionError(MusicgenError, ValueError):
    """A chord progression that cannot be read; the message names the bar and the symbol."""


Bar = tuple[Chord, ...]


def parse_progression(text: str) -> list[Bar]:
    """Read a progression into bars, each of one chord or more; ProgressionError names the fault."""
    bars: list[Bar] = []
    for symbols in _bars_of_symbols(text):
        number = len(bars) + 1
        if not symbols:
            raise ProgressionError(f"Bar {number} has no chord: write % to repeat the bar before.")
        if symbols == ["%"]:
            if not bars:
                raise ProgressionError("Bar 1 cannot be %: there is no bar before to repeat.")
            bars.append(bars[-1])
        else:
            bars.append(_chords(symbols, number))
    if not bars:
        raise ProgressionError("There is no chord: write a progression such as C | Am7 | F G.")
    if len(bars) > MAX_BARS:
        raise ProgressionError(f"The progression has {len(bars)} bars, more than {MAX_BARS}.")
    return bars


def progression_text(bars: Sequence[Sequence[Chord]]) -> str:
    """A progression as `parse_progression` reads it."""
    text = " | ".join(" ".join(chord.symbol for chord in bar) for bar in bars)
    return text if len(bars) > 1 else f"| {text} |"


def spread_over_beats(bars: Sequence[Sequence[Chord]], beats: int) -> tuple[np.ndarray, np.ndarray]:
    """Roots and masks at the beats of a progression: (bars x beats,) int8, (bars x beats,) int16.

    beats: number of a bar. Where they cannot be shared equally, earlier chords get fewer beats.
    ProgressionError if a bar has more chords than beats.
    """
    for number, bar in enumerate(bars, 1):
        if len(bar) > beats:
            raise ProgressionError(f"Bar {number} has {len(bar)} chords for {beats} beats.")
    chords = [chord_at_beat(bar, beat, beats) for bar in bars for beat in range(beats)]
    roots = np.array([chord.root for chord in chords], np.int8)
    return roots, np.array([chord.mask for chord in chords], np.int16)


def chord_at_beat(bar: Sequence[Chord], beat: int, beats: int) -> Chord:
    """The chord of a bar at one of its beats, from 0."""
    return bar[beat * len(bar) // beats]


def _bars_of_symbols(text: str) -> list[list[str]]:
    """Symbols of each bar; empty lists for bars without any."""
    text = _IN_PARENTHESES.sub(lambda found: re.sub(r"[\s,]", "", found[0]), text)
    text = text.replace(",", " ")
    if "|" not in text:
        return [[symbol] for symbol in text.split()]
    bars = []
    for line in text.splitlines():
        of_line = [bar.split() for bar in re.sub(r"\|[|:\]]+|:\|", "|", line).split("|")]
        first = 0 if of_line[0] else 1
        last = len(of_line) if of_line[-1] else len(of_line) - 1
        bars += of_line[first:last]
    return bars


def _chords(symbols: Sequence[str], bar: int) -> Bar:
    """Chords of a bar, numbered from 1."""
    chords: list[Chord] = []
    for symbol in symbols:
        if symbol == "%":
            raise ProgressionError(f"Bar {bar}: % repeats a whole bar and stands alone in its own.")
        if symbol == "/" and chords:
            chords.append(chords[-1])
            continue
        try:
            chords.append(parse_chord(symbol))
        except UnknownChord as error:
            raise ProgressionError(f"Bar {bar}: {symbol!r} {error}.") from error
    return tuple(chords)
