"""Division of a keyboard part between two staves."""

from __future__ import annotations

import numpy as np

MIDDLE_C = 60
_OCTAVE = 12
# Pitches that one staff can hold well: from the first in treble clef, up to the second in bass.
_TREBLE_LOWEST, _BASS_HIGHEST = 55, 64
_WIDEST_RANGE = 28  # semitones, of a part that one staff can hold
_LOWEST_SPLIT, _HIGHEST_SPLIT = 45, 76  # MIDI, lowest pitch of the upper staff
_WIDEST_SPAN = 14  # semitones that a hand reaches
_SPAN_COST = 1.5  # per semitone beyond it
_DIVISION_COST = 2.5  # of two hands for a chord that one can reach
_DISTANCE_COST = 0.12  # per semitone between the split and middle C
_MOVE_COST = 0.35  # per semitone by which the split moves
_NEAR_COST = 0.5  # per semitone by which the notes at the split are closer than an octave
_LEGATO = 6  # ticks: a 16th
_LONG_PAUSE = 96  # ticks after which a hand moves freely


def needs_two_staves(notes: np.ndarray, is_piano: bool) -> bool:
    """Whether notes of a part (sorted) sound together and are too far apart for one staff.

    is_piano: whether chords on both sides of middle C are enough.
    """
    if not len(notes):
        return False
    low, high = notes["pitch"].min(), notes["pitch"].max()
    if is_piano and low < MIDDLE_C <= high:
        return _widest_chord(notes) > 0
    if low >= _TREBLE_LOWEST or high <= _BASS_HIGHEST:
        return False
    widest = _widest_chord(notes)
    return widest > _WIDEST_SPAN or (widest > 0 and high - low > _WIDEST_RANGE)


def _widest_chord(notes: np.ndarray) -> int:
    """Semitones between the lowest and the highest of the notes that sound at an onset.

    A note that is held by at most a 16th into the next one, as in a melody that was played in,
    does not count there.
    """
    widest = 0
    sounding: list[tuple[int, int]] = []  # end, pitch
    columns = (notes[name].tolist() for name in ("start", "duration", "pitch"))
    for start, duration, pitch in zip(*columns, strict=True):
        sounding = [(end, key) for end, key in sounding if end > start]
        slur = min(_LEGATO, duration // 2)  # a note held a little into the next is no chord
        sounding.append((start + duration - slur, pitch))
        keys = [key for _, key in sounding]
        widest = max(widest, max(keys) - min(keys))
    return widest


def split_hands(notes: np.ndarray) -> list[np.ndarray]:
    """Notes of the upper and of the lower staff."""
    upper = is_upper_hand(notes)
    return [notes[upper], notes[~upper]]


def is_upper_hand(notes: np.ndarray) -> np.ndarray:
    """Whether each note is one of the upper staff: (N,) in order of start -> (N,) bool.

    Each onset has a lowest pitch of the upper staff. It stays near middle C, moves little, lies in
    a gap between the notes and leaves each hand what it can reach: the path of the lowest cost.
    """
    if not len(notes):
        return np.zeros(0, dtype=bool)
    onsets, first = np.unique(notes["start"], return_index=True)
    splits = np.arange(_LOWEST_SPLIT, _HIGHEST_SPLIT + 1)
    groups = np.split(notes["pitch"].astype(np.int64), first[1:])
    costs = np.stack([_costs(pitches, splits) for pitches in groups])  # (O, S)
    path = _cheapest_path(costs, np.diff(onsets, prepend=onsets[0]))
    split = splits[path][np.searchsorted(onsets, notes["start"])]
    upper: np.ndarray = notes["pitch"] >= split
    return upper


def _costs(pitches: np.ndarray, splits: np.ndarray) -> np.ndarray:
    """Cost of each split for the notes of an onset: (P,), (S,) -> (S,)."""
    pitches = np.sort(pitches)
    index = np.searchsorted(pitches, splits)  # number of notes below
    below = pitches[np.maximum(index - 1, 0)]
    above = pitches[np.minimum(index, len(pitches) - 1)]
    has_below, has_above = index > 0, index < len(pitches)
    spans = np.where(has_below, below - pitches[0], 0), np.where(has_above, pitches[-1] - above, 0)
    cost = _DISTANCE_COST * np.abs(splits - MIDDLE_C) * len(pitches)
    for span in spans:
        cost = cost + _SPAN_COST * np.maximum(0, span - _WIDEST_SPAN)
    is_divided = has_below & has_above
    if pitches[-1] - pitches[0] <= _OCTAVE:
        cost = cost + _DIVISION_COST * is_divided
    gap = np.where(is_divided, above - below, _OCTAVE)
    margin = np.minimum(np.abs(splits - above), np.abs(splits - 1 - below))
    return cost + _NEAR_COST * np.maximum(0, _OCTAVE - gap) / 2 - 0.05 * np.minimum(margin, 6)


def _cheapest_path(costs: np.ndarray, gaps: np.ndarray) -> np.ndarray:
    """Index of the split at each onset: (O, S), ticks since the last onset (O,) -> (O,)."""
    indices = np.arange(costs.shape[1])
    moves = _MOVE_COST * np.abs(indices[:, None] - indices)  # (S, S)
    total, back = costs[0], np.zeros(costs.shape, np.int64)
    for onset in range(1, len(costs)):
        weight = 0.5 if gaps[onset] > _LONG_PAUSE else 1.0
        candidates = total[:, None] + weight * moves
        back[onset] = candidates.argmin(axis=0)
        total = candidates[back[onset], indices] + costs[onset]
    path = np.zeros(len(costs), np.int64)
    path[-1] = int(total.argmin())
    for onset in range(len(costs) - 1, 0, -1):
        path[onset - 1] = back[onset, path[onset]]
    return path
