"""Voices of a staff: chords that do not overlap."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np


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

    def on_grid(self, parts: int) -> Chord:
        """The chord with its start and duration rounded; parts: of a tick, in which they are."""
        start, end = ((2 * time + parts) // (2 * parts) for time in (self.start, self.end))
        return replace(self, start=start, duration=max(1, end - start))


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


def _chords(notes: np.ndarray) -> list[Chord]:
    """Chords of notes with the same start and duration, by start, then from high to low.

    A key that is struck twice at once is in two chords.
    """
    columns = [notes[name].tolist() for name in ("start", "duration", "pitch", "velocity")]
    chords = []
    for (start, duration), group in groupby(
        sorted(zip(*columns, strict=True)), lambda row: row[:2]
    ):
        rows = list(group)
        while rows:
            once = [row for i, row in enumerate(rows) if not i or row[2] != rows[i - 1][2]]
            pitches, velocities = tuple(row[2] for row in once), tuple(row[3] for row in once)
            chords.append(Chord(start, duration, pitches, velocities))
            rows = [row for i, row in enumerate(rows) if i and row[2] == rows[i - 1][2]]
    return sorted(chords, key=lambda chord: (chord.start, -chord.pitches[-1]))
