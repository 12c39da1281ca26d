"""Notes as they are notated: staves, voices of one chord at a time, note values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from musicgen.metres import TICKS_PER_QUARTER

MIDDLE_C = 60
# Pitches that one staff can hold well: from the first in treble clef, up to the second in bass.
_TREBLE_LOWEST, _BASS_HIGHEST = 55, 64
_PLAIN = tuple(TICKS_PER_QUARTER * 8 // 2**power for power in range(7))  # breve to 32nd
_DOTTED = tuple(plain * 3 // 2 for plain in _PLAIN if plain % 2 == 0)
_TRIPLET = tuple(plain * 2 // 3 for plain in _PLAIN if plain % 3 == 0 and plain < 128)
NOTE_VALUES = frozenset({*_PLAIN, *_DOTTED, *_TRIPLET, 1})  # ticks; 1 is a 64th of a triplet
_LONGEST_FIRST = sorted(NOTE_VALUES, reverse=True)


@dataclass(frozen=True)
class Chord:
    """Keys that start and end together; often a single one."""

    start: int  # ticks
    duration: int  # ticks
    pitches: tuple[int, ...]  # MIDI, rising
    velocities: tuple[int, ...]

    @property
    def end(self) -> int:
        return self.start + self.duration


def split_staves(notes: np.ndarray) -> list[np.ndarray]:
    """Notes of one track (sorted) on one staff, or split at middle C on two."""
    if not len(notes):
        return [notes]
    ends = np.maximum.accumulate(notes["start"] + notes["duration"])
    is_monophonic = bool(np.all(notes["start"][1:] >= ends[:-1]))
    low, high = notes["pitch"].min(), notes["pitch"].max()
    if is_monophonic or low >= _TREBLE_LOWEST or high <= _BASS_HIGHEST:
        return [notes]
    upper = notes["pitch"] >= MIDDLE_C
    return [notes[upper], notes[~upper]]


def split_voices(notes: np.ndarray) -> list[list[Chord]]:
    """Chords in as few voices as sound at once, higher chords in earlier voices where possible."""
    voices: list[list[Chord]] = []
    for chord in _chords(notes):
        for voice in voices:
            if voice[-1].end <= chord.start:
                voice.append(chord)
                break
        else:
            voices.append([chord])
    return voices


def split_duration(start: int, ticks: int, beat: int) -> Iterator[tuple[int, int]]:
    """Start and ticks of tied notes that fill a duration, all of them NOTE_VALUES.

    start: from the start of the bar. A duration without a note value is first cut at the next beat.
    """
    while ticks:
        value = ticks
        if value not in NOTE_VALUES:
            to_beat = beat - start % beat
            limit = min(value, to_beat) if start % beat else value
            value = next(candidate for candidate in _LONGEST_FIRST if candidate <= limit)
        yield start, value
        start, ticks = start + value, ticks - value


def _chords(notes: np.ndarray) -> list[Chord]:
    """Chords of notes with the same start and duration, by start, then from high to low."""
    columns = [notes[name].tolist() for name in ("start", "duration", "pitch", "velocity")]
    chords = []
    for (start, duration), group in groupby(
        sorted(zip(*columns, strict=True)), lambda row: row[:2]
    ):
        rows = list(group)
        pitches, velocities = tuple(row[2] for row in rows), tuple(row[3] for row in rows)
        chords.append(Chord(start, duration, pitches, velocities))
    return sorted(chords, key=lambda chord: (chord.start, -chord.pitches[-1]))
