"""Notes as they are written down: staves, voices of one chord at a time, note values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from musicgen.score import TICKS_PER_QUARTER

MIDDLE_C = 60
_TREBLE_REACH, _BASS_REACH = 55, 64  # keys that one staff holds well: from, up to
_PLAIN = tuple(TICKS_PER_QUARTER * 8 // 2**power for power in range(7))  # breve to 32nd
_DOTTED = tuple(plain * 3 // 2 for plain in _PLAIN if plain % 2 == 0)
_TRIPLET = tuple(plain * 2 // 3 for plain in _PLAIN if plain % 3 == 0 and plain < 128)
NOTE_VALUES = frozenset({*_PLAIN, *_DOTTED, *_TRIPLET, 1})  # ticks; 1 is a 64th of a triplet
_FALLING = sorted(NOTE_VALUES, reverse=True)
_COLUMNS = ("start", "duration", "pitch", "velocity")


@dataclass(frozen=True)
class Chord:
    """Keys struck and released together; mostly one."""

    start: int  # ticks
    duration: int  # ticks
    pitches: tuple[int, ...]
    velocities: tuple[int, ...]

    @property
    def end(self) -> int:
        return self.start + self.duration


def split_staves(notes: np.ndarray) -> list[np.ndarray]:
    """The notes of one track (sorted) on one staff, or split at middle C on two."""
    if not len(notes):
        return [notes]
    ends = np.maximum.accumulate(notes["start"] + notes["duration"])
    one_at_a_time = bool(np.all(notes["start"][1:] >= ends[:-1]))
    low, high = notes["pitch"].min(), notes["pitch"].max()
    if one_at_a_time or low >= _TREBLE_REACH or high <= _BASS_REACH:
        return [notes]
    upper = notes["pitch"] >= MIDDLE_C
    return [notes[upper], notes[~upper]]


def split_voices(notes: np.ndarray) -> list[list[Chord]]:
    """Chords in as few voices as sound at once, higher ones in earlier voices where free."""
    found: list[list[Chord]] = []
    for chord in _chords(notes):
        for voice in found:
            if voice[-1].end <= chord.start:
                voice.append(chord)
                break
        else:
            found.append([chord])
    return found


def _chords(notes: np.ndarray) -> list[Chord]:
    """Notes with the same start and duration together; by start, then from high to low."""
    rows = sorted(zip(*(notes[name].tolist() for name in _COLUMNS), strict=True))
    chords = [
        Chord(start, duration, tuple(row[2] for row in members), tuple(row[3] for row in members))
        for (start, duration), group in groupby(rows, key=lambda row: row[:2])
        if (members := list(group))
    ]
    return sorted(chords, key=lambda chord: (chord.start, -chord.pitches[-1]))


def split_duration(start: int, ticks: int, beat: int) -> Iterator[tuple[int, int]]:
    """(start, ticks) of the tied notes that last so long, each with a note value of its own.

    start: from the beginning of the bar. What has no value is cut at the next beat first.
    """
    while ticks:
        value = ticks
        if value not in NOTE_VALUES:
            to_beat = beat - start % beat
            most = min(value, to_beat) if start % beat else value
            value = next(each for each in _FALLING if each <= most)
        yield start, value
        start, ticks = start + value, ticks - value
