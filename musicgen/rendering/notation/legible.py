"""Times of played notes rounded to what a musician would write.

A note that is released a moment before the next one is written up to it. Music that is exact is
left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from musicgen.metres import TICKS_PER_QUARTER
from musicgen.rendering.notation.bars import Bar
from musicgen.rendering.notation.metre_grid import beat_ticks
from musicgen.rendering.notation.note_values import NOTE_VALUES
from musicgen.rendering.notation.percussion import is_pedal
from musicgen.rendering.notation.voices import Chord, split_voices
from musicgen.score import without_overlaps

_SIXTEENTH, _TRIPLET = TICKS_PER_QUARTER // 4, TICKS_PER_QUARTER // 3  # ticks
_EXACT_SHARE = 0.9  # of the notes of a bar, from which on it was written, not played
_SHORTEST_VALUE = 4  # ticks
# Grids of a quarter in ticks and their cost, in ticks of error of each note.
_GRIDS = ((12, 0.0), (6, 0.4), (8, 0.5), (4, 1.4), (3, 1.4))
_GAP_SHARE = 0.34  # of the time to the next note: a rest that is not written
_OVERLAP_SHARE = 0.25  # of a note's duration that may sound into the next note
_MAX_VOICES = 2  # of a staff that is played

_EXACT_VALUES = np.array([value for value in NOTE_VALUES if value >= _SHORTEST_VALUE])


def legible(notes: np.ndarray, bars: Sequence[Bar]) -> np.ndarray:
    """Notes of a staff (N,) with the starts and durations that are printed, (M,) sorted.

    Changed are the notes that begin in bars that were played, not written, and odd ones.
    """
    rounded = _is_played(notes, bars) | _is_odd(notes)
    if not rounded.any():
        return notes
    played, end = notes.copy(), bars[-1].stop
    beats = _quarters(notes["start"], bars)
    start, is_triplet = _rounded_starts(notes["start"], beats)
    start = np.minimum(start, max(0, end - _SHORTEST_VALUE))
    stop = np.minimum(notes["start"] + notes["duration"], end)
    played["start"] = start
    ends = np.minimum(_rounded_ends(start, stop, beats, is_triplet), end)
    played["duration"] = ends - start
    legible = _in_two_voices(without_overlaps(played[rounded]))
    return without_overlaps(np.concatenate([legible, notes[~rounded]]))


def _is_odd(notes: np.ndarray) -> np.ndarray:
    """Whether each note lasts as long as no note value and as no 16ths: (N,) bool."""
    odd: np.ndarray = ~np.isin(notes["duration"], _EXACT_VALUES)
    return odd & (notes["duration"] % _SIXTEENTH != 0) & (notes["duration"] > _SHORTEST_VALUE)


def _is_played(notes: np.ndarray, bars: Sequence[Bar]) -> np.ndarray:
    """Whether each note begins in a bar of which too few notes are exact: (N,) bool."""
    bar = np.searchsorted([bar.start for bar in bars], notes["start"], side="right") - 1
    exact = np.bincount(bar, _is_exact(notes), minlength=len(bars))
    all_notes = np.maximum(np.bincount(bar, minlength=len(bars)), 1)
    played: np.ndarray = (exact / all_notes < _EXACT_SHARE)[bar]
    return played


def legible_drums(notes: np.ndarray, bars: Sequence[Bar]) -> np.ndarray:
    """Notes of a drum part (N,), each lasting to the next of the same limbs or of the beat."""
    if not len(notes):
        return notes
    played = notes.copy()
    last = max(0, bars[-1].stop - _SHORTEST_VALUE)
    if _is_off_grid(notes["start"]).mean() > 1 - _EXACT_SHARE:
        rounded, _ = _rounded_starts(notes["start"], _quarters(notes["start"], bars))
        played["start"] = np.minimum(rounded, last)
    by_foot = np.array([is_pedal(int(key)) for key in notes["pitch"]], dtype=bool)
    bar_starts = np.array([bar.start for bar in bars])
    for limbs in (by_foot, ~by_foot):
        strokes = [*np.unique(played["start"][limbs]).tolist(), bars[-1].stop]
        for start, following in pairwise(strokes):
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


def _quarters(starts: np.ndarray, bars: Sequence[Bar]) -> np.ndarray:
    """Start of the quarter of its bar that each start lies in: (N,) -> (N,)."""
    bar_starts = np.array([bar.start for bar in bars])
    bar = bar_starts[np.searchsorted(bar_starts, starts, side="right") - 1]
    quarters: np.ndarray = bar + (starts - bar) // TICKS_PER_QUARTER * TICKS_PER_QUARTER
    return quarters


def _rounded_starts(starts: np.ndarray, quarters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Starts on the grid that fits those of their quarter best, and whether it is of triplets.

    (N,) sorted, (N,) -> (N,), (N,) bool
    """
    rounded, is_triplet = starts.astype(np.int64), np.zeros(len(starts), dtype=bool)
    for first in np.unique(quarters):
        here = quarters == first
        within = starts[here] - first
        best = min(_GRIDS, key=lambda grid: _grid_cost(within, *grid))[0]
        rounded[here] = first + _nearest(within, best)
        is_triplet[here] = best % _TRIPLET == 0 or best == _TRIPLET // 2
    return rounded, is_triplet


def _grid_cost(within: np.ndarray, grid: int, cost: float) -> float:
    """Error of starts within a quarter on a grid; different starts that become one count more."""
    rounded = _nearest(within, grid)
    merged = len(np.unique(within // 2)) - len(np.unique(rounded))
    return float(np.abs(rounded - within).mean() + cost + 2 * max(0, merged))


def _nearest(ticks: np.ndarray, grid: int) -> np.ndarray:
    nearest: np.ndarray = (ticks + grid // 2) // grid * grid
    return nearest


def _rounded_ends(
    start: np.ndarray, stop: np.ndarray, quarters: np.ndarray, is_triplet: np.ndarray
) -> np.ndarray:
    """Ends of notes (N,): the next start where that is near, else a place on the beat's grid."""
    starts = np.unique(start)
    ends = []
    for first, last, quarter, triplet in zip(
        start.tolist(), stop.tolist(), quarters.tolist(), is_triplet.tolist(), strict=True
    ):
        last = max(last, first + 1)
        reach = first + (last - first) * (1 - _OVERLAP_SHARE)
        index = int(np.searchsorted(starts, max(reach, first + 1)))
        following = int(starts[index]) if index < len(starts) else None
        if following and following - last <= _GAP_SHARE * (following - first):
            ends.append(following)
            continue
        is_long = (
            last - first >= TICKS_PER_QUARTER or last >= quarter + TICKS_PER_QUARTER + _SIXTEENTH
        )
        grid = TICKS_PER_QUARTER // 2 if is_long else _TRIPLET if triplet else _SIXTEENTH
        rounded = quarter + int(_nearest(np.array(last - quarter), grid))
        ends.append(rounded if rounded > first else rounded + grid)
    return np.array(ends)


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
    joined = np.zeros(len(rows), notes.dtype)
    joined["start"], joined["duration"], joined["pitch"], joined["velocity"] = np.array(rows).T
    joined["part"], joined["program"] = notes["part"][0], notes["program"][0]
    return without_overlaps(joined)


def _joined(chord: Chord, other: Chord) -> Chord:
    """One chord of two that start together, as long as the first."""
    velocity = dict(zip(other.pitches, other.velocities, strict=True))
    velocity.update(zip(chord.pitches, chord.velocities, strict=True))
    pitches = tuple(sorted(velocity))
    return replace(chord, pitches=pitches, velocities=tuple(velocity[key] for key in pitches))
