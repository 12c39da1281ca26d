"""Grouping of notes into chords: notes of a track that begin and end together.

The rule is music21's for MIDI (`midi/translate.py`): in order of onset, a note forms a chord with
the later notes of its track that begin less than a 16th after it and end at most a 16th before or
after it. Notes end at the first release of their key: two that overlap on one key both end there.
Unlike music21, a note held over a bar line stays one note.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from threading import Lock

import numpy as np

from musicgen.metres import TICKS_PER_QUARTER
from musicgen.score import Score

TOLERANCE_TICKS = TICKS_PER_QUARTER // 4  # a 16th
_MAX_TURNS = 12  # chords of notes that begin together; more of them are rare
PERFORMED_CHORD_TICKS = 4  # of 10 ms, between the first and the last key of a chord
_MAX_CACHED, _MAX_CACHED_NOTES = 256, 4000  # scores, and notes of each


@dataclass(frozen=True, eq=False)
class Sonorities:
    """Notes and chords in order of onset, then of lowest pitch."""

    pitches: np.ndarray  # (N,) int16, of all notes, sonority by sonority, rising within each
    first: np.ndarray  # (S,) int64, index in `pitches` of a sonority's first note
    starts: np.ndarray  # (S,) int32, onsets in ticks

    def __len__(self) -> int:
        return len(self.first)

    @cached_property
    def sizes(self) -> np.ndarray:
        """Number of notes of each sonority, unisons included: (S,)."""
        return np.diff(self.first, append=len(self.pitches))

    @cached_property
    def masks(self) -> np.ndarray:
        """Pitch classes of each sonority as bits: (S,)."""
        if not len(self):
            return np.zeros(0, np.int16)
        return np.bitwise_or.reduceat(1 << self.pitches % 12, self.first)

    def voicings(self) -> list[tuple[int, ...]]:
        """Pitches of each sonority, rising."""
        pitches, edges = self.pitches.tolist(), [*self.first.tolist(), len(self.pitches)]
        return [tuple(pitches[a:b]) for a, b in pairwise(edges)]


class _Cache:
    """The sonorities of the latest scores: a vocabulary is fitted to scores, then encodes them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: OrderedDict[int, tuple[weakref.ref[Score], Sonorities]] = OrderedDict()

    def find(self, score: Score) -> Sonorities | None:
        with self._lock:
            entry = self._entries.get(id(score))
        return entry[1] if entry is not None and entry[0]() is score else None

    def add(self, score: Score, grouped: Sonorities) -> None:
        if len(score) > _MAX_CACHED_NOTES:
            return
        with self._lock:
            self._entries[id(score)] = weakref.ref(score), grouped
            while len(self._entries) > _MAX_CACHED:
                self._entries.popitem(last=False)


_cache = _Cache()


def pitched_sonorities(score: Score) -> Sonorities:
    """The notes and chords of a score's pitched parts, on the grid."""
    grouped = _cache.find(score)
    if grouped is None:
        grouped = sonorities(score.on_grid().pitched)
        _cache.add(score, grouped)
    return grouped


def sonorities(score: Score) -> Sonorities:
    """Group the notes of a score on the grid into notes and chords.

    In a performance, where the keys of a chord are released when the player likes, a chord is of
    the keys that are struck within PERFORMED_CHORD_TICKS of its first, whatever their track.
    """
    if score.is_performance:
        return _struck_together(score.notes)
    tracks = np.array([part.track for part in score.parts], np.int64)
    tracks = tracks[score.notes["part"]]  # (N,)
    order = np.lexsort((score.notes["pitch"], score.notes["start"], tracks))
    notes, tracks = score.notes[order], tracks[order]
    leaders = _leaders(tracks, notes["start"], _releases(notes))  # (N,)
    starts = notes["start"][leaders]
    lowest = np.full(len(notes), 128)
    np.minimum.at(lowest, leaders, notes["pitch"])
    order = np.lexsort((notes["pitch"], leaders, lowest[leaders], starts))
    leaders = leaders[order]
    first = np.flatnonzero(np.diff(leaders, prepend=-1))
    return Sonorities(notes["pitch"][order], first, starts[order][first])


def _struck_together(notes: np.ndarray) -> Sonorities:
    """Group notes (N,) NOTE_DTYPE of a performance by their onsets alone."""
    notes = notes[np.lexsort((notes["pitch"], notes["start"]))]
    starts, leaders, first = notes["start"].tolist(), np.zeros(len(notes), np.int64), 0
    for index, start in enumerate(starts):
        if start > starts[first] + PERFORMED_CHORD_TICKS:
            first = index
        leaders[index] = first
    order = np.lexsort((notes["pitch"], leaders))
    leading = np.flatnonzero(np.diff(leaders, prepend=-1))
    return Sonorities(notes["pitch"][order], leading, notes["start"][leading])


def _releases(notes: np.ndarray) -> np.ndarray:
    """The first release of each note's key: (N,) ticks."""
    key = (notes["part"].astype(np.int64) << 7 | notes["pitch"]) << 32
    starts = key + notes["start"]
    ends = np.sort(starts + notes["duration"])
    return ends[np.searchsorted(ends, starts, side="right")] - key


def _leaders(tracks: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Index of the first note of each note's chord: (N,), notes in order of track and start.

    In turns: the first note of each run of notes near in time leads those that fit it, then the
    first of those that are left. What is left of runs with more chords is taken note by note.
    """
    leaders = np.arange(len(starts))
    near = (tracks[1:] == tracks[:-1]) & (starts[1:] - starts[:-1] < TOLERANCE_TICKS)
    left = np.flatnonzero(np.append(near, False) | np.append(False, near))
    run = np.cumsum(~np.append(False, near))[left]
    for _ in range(_MAX_TURNS):
        if not len(left):
            return leaders
        first = np.flatnonzero(np.append(True, run[1:] != run[:-1]))
        leader = left[first].repeat(np.append(first[1:], len(left)) - first)
        fits = starts[left] - starts[leader] < TOLERANCE_TICKS
        fits &= np.abs(ends[left] - ends[leader]) <= TOLERANCE_TICKS
        leaders[left[fits]] = leader[fits]
        left, run = left[~fits], run[~fits]
    within = _leaders_one_by_one(tracks[left], starts[left], ends[left])
    leaders[left] = left[within]
    return leaders


def _leaders_one_by_one(tracks: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> list[int]:
    """The same in a loop over the notes.

    Leaders that can still take notes began within TOLERANCE_TICKS of each other, so their ends are
    more than TOLERANCE_TICKS apart: there is at most one per slot of TOLERANCE_TICKS + 1 ticks.
    """
    result = []
    slot_ticks = TOLERANCE_TICKS + 1
    leaders: dict[int, tuple[int, int, int]] = {}  # slot of the end -> start, end, index
    current_track = -1
    rows = zip(tracks.tolist(), starts.tolist(), ends.tolist(), strict=True)
    for index, (track, start, end) in enumerate(rows):
        if track != current_track:
            current_track, leaders = track, {}
        leader = index
        for slot in (end // slot_ticks - 1, end // slot_ticks, end // slot_ticks + 1):
            candidate = leaders.get(slot)
            if candidate is None:
                continue
            first_start, first_end, first_index = candidate
            near = start - first_start < TOLERANCE_TICKS
            if near and abs(end - first_end) <= TOLERANCE_TICKS:
                leader = min(leader, first_index)
        if leader == index:
            leaders[end // slot_ticks] = start, end, index
        result.append(leader)
    return result
