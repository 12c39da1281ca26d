"""Chord progressions as text: `C | Am7 | F G`, as they are typed and printed.

Bars are separated by `|` or by lines, and the chords of a bar share it equally; without any `|`
each chord is a bar. `%` stands for the bar before, `N.C.` for no chord. Sixths, ninths and the like
are read as the chord that they extend: `C9` as `C7`, `Fm6` as `Fm`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from musicgen.errors import MusicgenError
from musicgen.theory.harmony.vocabulary import (
    NO_CHORD,
    NO_CHORD_SYMBOL,
    QUALITY_NAMES,
    Chord,
    chord_of,
)

MAX_BARS = 1000

_SPELLINGS = {  # after the root, with b and # for flats and sharps and without parentheses
    "major": ("", "M", "maj", "Maj", "major"),
    "minor": ("m", "min", "mi", "minor", "-"),
    "diminished": ("dim", "°", "º", "o", "mb5", "-b5"),
    "augmented": ("aug", "+", "#5", "+5"),
    "dominant seventh": ("7", "dom7"),
    "major seventh": ("maj7", "Maj7", "M7", "ma7", "Δ", "Δ7", "△", "△7", "^", "^7", "j7"),
    "minor seventh": ("m7", "min7", "mi7", "-7"),
    "half-diminished seventh": ("m7b5", "min7b5", "mi7b5", "-7b5", "ø", "ø7", "hdim7"),
    "diminished seventh": ("dim7", "°7", "º7", "o7"),
    "suspended fourth": ("sus4", "sus"),
}
# With notes beyond the vocabulary: they are read as the chord that they extend.
_EXTENDED = {
    "major": ("6", "maj6", "M6", "69", "add9", "add2", "add11", "2", "5"),
    "minor": ("m6", "min6", "mi6", "-6", "m69", "madd9", "minadd9", "-add9"),
    "dominant seventh": (
        *("9", "11", "13", "7b9", "7#9", "7b5", "7#5", "7#11", "7b13", "7alt", "alt"),
        *("9b5", "9#11", "13b9", "13#11"),
    ),
    "major seventh": ("maj9", "Maj9", "M9", "ma9", "maj11", "maj13", "Maj13", "M13", "maj7#11"),
    "minor seventh": ("m9", "min9", "mi9", "-9", "m11", "min11", "-11", "m13", "min13", "-13"),
    "suspended fourth": ("7sus4", "7sus", "9sus4", "9sus", "13sus4", "13sus"),
}
_QUALITY = {
    text: QUALITY_NAMES.index(quality)
    for spellings in (_SPELLINGS, _EXTENDED)
    for quality, texts in spellings.items()
    for text in texts
}
_NO_CHORD_SPELLINGS = (NO_CHORD_SYMBOL, "NC", "N.C", "N")
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_NOTE = re.compile(r"([A-G])([#b]?)")
_EXAMPLES = "C, Cm, Cdim, Caug, C7, Cmaj7, Cm7, Cm7b5, Cdim7, Csus4"


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
            bars.append(tuple(_parse_chord(symbol, number) for symbol in symbols))
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
    text = text.replace(",", " ").replace("♭", "b").replace("♯", "#")
    if "|" not in text:
        return [[symbol] for symbol in text.split()]
    bars = []
    for line in text.splitlines():
        of_line = [bar.split() for bar in re.sub(r"\|[|:\]]+|:\|", "|", line).split("|")]
        first = 0 if of_line[0] else 1
        last = len(of_line) if of_line[-1] else len(of_line) - 1
        bars += of_line[first:last]
    return bars


def _parse_chord(symbol: str, bar: int) -> Chord:
    if symbol in _NO_CHORD_SPELLINGS:
        return NO_CHORD
    place = f"Bar {bar}: {symbol!r}"
    if symbol == "%":
        raise ProgressionError(f"Bar {bar}: % repeats a whole bar and stands alone in its own.")
    chord, slash, bass = symbol.partition("/")
    note = _NOTE.match(chord)
    if note is None:
        raise ProgressionError(f"{place} is not a chord: its root is not a note A to G.")
    spelling = re.sub(r"[()]", "", chord[note.end() :])
    if spelling not in _QUALITY:
        raise ProgressionError(
            f"{place} is not a chord that is known: {spelling!r} after {note[0]} is none of the "
            f"endings in {_EXAMPLES}."
        )
    lowest = _NOTE.fullmatch(bass)
    if slash and lowest is None:
        raise ProgressionError(f"{place} has no bass: {bass!r} after the slash is not a note.")
    bass_class = None if lowest is None else _pitch_class(lowest)
    return chord_of(_pitch_class(note), _QUALITY[spelling], bass_class)


def _pitch_class(note: re.Match[str]) -> int:
    return (_LETTERS[note[1]] + {"#": 1, "b": -1, "": 0}[note[2]]) % 12
