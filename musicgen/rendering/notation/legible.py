"""Times of played notes rounded to what a musician would write.

A note that is released a moment before the next one is written up to it. Music that is exact is
left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from musicgen.metres import TICKS_PER_QUARTER
from musicgen.rendering.notation.bars import Bar
from musicgen.rendering.notation.metre_grid import beat_ticks
from musicgen.rendering.notation.note_values import NOTE_VALUES
from musicgen.rendering.notation.percussion import is_pedal
from musicgen.rendering.notation.voices import Chord, split_voices
from musicgen.score import without_overlaps

_SIXTEENTH, _TRIPLET = TICKS_PER_QUARTER // 4, TICKS_PER_QUARTER // 3  # ticks
_EXACT_SHARE = 0.9  # of a staff's notes, from which on it is taken to be written, not played
_SHORTEST_VALUE = 4  # ticks
# Grids of a quarter in ticks and their cost, in ticks of error of each note.
_GRIDS = ((12, 0.0), (6, 0.4), (8, 0.5), (4, 1.4), (3, 1.4))
_GAP_SHARE = 0.34  # of the time to the next note: a rest that is not written
_OVERLAP_SHARE = 0.25  # of a note's duration that may sound into the next note
_MAX_VOICES = 2  # of a staff that is played

_EXACT_VALUES = np.array([value for value in NOTE_VALUES if value >= _SHORTEST_VALUE])


def legible(notes: np.ndarray, bars: Sequence[Bar]) -> np.ndarray:
    """Notes of a staff (N,) with the starts and durations that are printed, (M,) sorted."""
    is_exact = _is_exact(notes)
    if not len(notes) or is_exact.mean() >= _EXACT_SHARE:
        return notes
    played = notes.copy()
    end = bars[-1].stop
    start = np.minimum(_rounded_starts(notes["start"], bars), end - _SHORTEST_VALUE)
    stop = np.minimum(notes["start"] + notes["duration"], end)
    played["start"], played["duration"] = start, _durations(start, stop)
    return _in_two_voices(without_overlaps(played))


def legible_drums(notes: np.ndarray, bars: Sequence[Bar]) -> np.ndarray:
    """Notes of a drum part (N,), each lasting to the next of the same limbs or of the beat."""
    if not len(notes):
        return notes
    played = notes.copy()
    last = bars[-1].stop - _SHORTEST_VALUE
    if _is_off_grid(notes["start"]).mean() > 1 - _EXACT_SHARE:
        played["start"] = np.minimum(_rounded_starts(notes["start"], bars), last)
    by_foot = np.array([is_pedal(int(key)) for key in notes["pitch"]], dtype=bool)
    bar_starts = np.array([bar.start for bar in bars])
    for limbs in (by_foot, ~by_foot):
        starts = np.unique(played["start"][limbs])
        for start, following in zip(starts, [*starts[1:], bars[-1].stop], strict=True):
            bar = bars[int(np.searchsorted(bar_starts, start, side="right")) - 1]
            beat = beat_ticks(bar.metre)
            beat_end = start + beat - (start - bar.start + bar.padding) % beat
            ticks = min(following, beat_end, bar.stop) - start
            played["duration"][limbs & (played["start"] == start)] = ticks
    return without_overlaps(played)


def _is_off_grid(starts: np.ndarray) -> np.ndarray:
    return (starts % _SIXTEENTH != 0) & (starts % _TRIPLET != 0)


def _is_exact(notes: np.ndarray) -> np.ndarray:
    """Whether each note begins on a 16th or triplet and lasts as long as a note value: (N,)."""
    duration = notes["duration"]
    is_value = np.isin(duration, _EXACT_VALUES) | (duration % (TICKS_PER_QUARTER // 2) == 0)
    exact: np.ndarray = is_value & ~_is_off_grid(notes["start"])
    return exact


def _rounded_starts(starts: np.ndarray, bars: Sequence[Bar]) -> np.ndarray:
    """Starts on the grid that fits those of each quarter best: (N,) sorted -> (N,)."""
    bar_starts = np.array([bar.start for bar in bars])
    bar = bar_starts[np.searchsorted(bar_starts, starts, side="right") - 1]
    quarter = bar + (starts - bar) // TICKS_PER_QUARTER * TICKS_PER_QUARTER
    rounded = starts.astype(np.int64)
    for first in np.unique(quarter):
        here = quarter == first
        within = starts[here] - first
        best = min(_GRIDS, key=lambda grid: _grid_cost(within, *grid))[0]
        rounded[here] = first + _nearest(within, best)
    return rounded


def _grid_cost(within: np.ndarray, grid: int, cost: float) -> float:
    """Error of starts within a quarter on a grid; different starts that become one count more."""
    rounded = _nearest(within, grid)
    merged = len(np.unique(within // 2)) - len(np.unique(rounded))
    return float(np.abs(rounded - within).mean() + cost + 2 * max(0, merged))


def _nearest(ticks: np.ndarray, grid: int) -> np.ndarray:
    nearest: np.ndarray = (ticks + grid // 2) // grid * grid
    return nearest


def _durations(start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Durations up to the next start where that is near, else a multiple of a 16th: (N,)."""
    starts = np.unique(start)
    durations = []
    for first, last in zip(start.tolist(), stop.tolist(), strict=True):
        last = max(last, first + 1)
        reach = first + (last - first) * (1 - _OVERLAP_SHARE)
        index = int(np.searchsorted(starts, max(reach, first + 1)))
        following = int(starts[index]) if index < len(starts) else None
        if following and following - last <= _GAP_SHARE * (following - first):
            durations.append(following - first)
        else:
            grid = _SIXTEENTH if last - first < TICKS_PER_QUARTER else 2 * _SIXTEENTH
            durations.append(max(grid, round((last - first) / grid) * grid))
    return np.array(durations)


def _in_two_voices(notes: np.ndarray) -> np.ndarray:
    """Notes of a staff cut off, or made as long as others, so that two voices hold all: (N,)."""
    chords = sorted(
        (chord for voice in split_voices(notes) for chord in voice),
        key=lambda chord: (chord.start, -chord.duration),
    )
    sounding: list[list[Chord]] = [[] for _ in range(_MAX_VOICES)]
    for chord in chords:
        free = [voice for voice in sounding if not voice or voice[-1].end <= chord.start]
        earlier = [voice for voice in sounding if voice and voice[-1].start < chord.start]
        if free:
            free[0].append(chord)
        elif earlier:
            voice = min(earlier, key=lambda voice: voice[-1].end)
            voice[-1] = replace(voice[-1], duration=chord.start - voice[-1].start)
            voice.append(chord)
        else:
            voice = min(sounding, key=lambda voice: abs(voice[-1].duration - chord.duration))
            voice[-1] = _joined(voice[-1], chord)
    rows = [
        (chord.start, chord.duration, pitch, velocity)
        for voice in sounding
        for chord in voice
        for pitch, velocity in zip(chord.pitches, chord.velocities, strict=True)
    ]
    found = np.zeros(len(rows), notes.dtype)
    found["start"], found["duration"], found["pitch"], found["velocity"] = np.array(rows).T
    found["part"], found["program"] = notes["part"][0], notes["program"][0]
    return without_overlaps(found)


def _joined(chord: Chord, other: Chord) -> Chord:
    """One chord of two that start together, as long as the first."""
    velocity = dict(zip(other.pitches, other.velocities, strict=True))
    velocity.update(zip(chord.pitches, chord.velocities, strict=True))
    pitches = tuple(sorted(velocity))
    return replace(chord, pitches=pitches, velocities=tuple(velocity[key] for key in pitches))
