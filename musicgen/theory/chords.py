"""Which notes of a score make one chord: those of a track that begin and end together.

The rule is music21's for MIDI (`midi/translate.py`): going through a track by onset, a note
takes with it every later one that begins less than a 16th after it and ends at most a 16th
before or after it. Notes end at the first release of their key: two that overlap on one key
both end when the key is first let go. What music21 does beyond that is left out: it writes a
note held over a bar line as one note a bar, though it is struck once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from musicgen.score import TICKS_PER_QUARTER

TOLERANCE_TICKS = TICKS_PER_QUARTER // 4  # ticks
MAX_TRACKS = 1024  # a part is its track's number plus TRACKS for each further voice in that track


@dataclass(frozen=True, eq=False)
class Sonorities:
    """Notes and chords in order of onset, then of lowest pitch."""

    pitches: np.ndarray  # (N,) int16, of all notes, those of a chord next to each other, rising
    first: np.ndarray  # (S,) int64, where each sonority begins in `pitches`
    starts: np.ndarray  # (S,) int32, ticks

    def __len__(self) -> int:
        return len(self.first)

    @cached_property
    def sizes(self) -> np.ndarray:
        """How many notes each has, unisons counted: (S,)."""
        return np.diff(self.first, append=len(self.pitches))

    @cached_property
    def masks(self) -> np.ndarray:
        """The pitch classes of each as bits: (S,)."""
        if not len(self):
            return np.zeros(0, np.int16)
        return np.bitwise_or.reduceat(1 << self.pitches % 12, self.first)

    def voicings(self) -> list[tuple[int, ...]]:
        """The pitches of each, rising."""
        pitches, edges = self.pitches.tolist(), [*self.first.tolist(), len(self.pitches)]
        return [tuple(pitches[a:b]) for a, b in pairwise(edges)]


def sonorities(notes: np.ndarray) -> Sonorities:
    """Group notes (N,) NOTE_DTYPE into notes and chords."""
    notes = notes[np.lexsort((notes["pitch"], notes["start"], notes["part"] % MAX_TRACKS))]
    leaders = _leaders(notes["part"] % MAX_TRACKS, notes["start"], _releases(notes))  # (N,)
    starts = notes["start"][leaders]
    lowest = np.full(len(notes), 128)
    np.minimum.at(lowest, leaders, notes["pitch"])
    order = np.lexsort((notes["pitch"], leaders, lowest[leaders], starts))
    leaders = leaders[order]
    first = np.flatnonzero(np.diff(leaders, prepend=-1))
    return Sonorities(notes["pitch"][order], first, starts[order][first])


def _releases(notes: np.ndarray) -> np.ndarray:
    """The tick at which each note's key is first let go: (N,)."""
    key = (notes["part"].astype(np.int64) << 7 | notes["pitch"]) << 32
    starts = key + notes["start"]
    ends = np.sort(starts + notes["duration"])
    return ends[np.searchsorted(ends, starts, side="right")] - key


def _leaders(tracks: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """For each note, in order of track and start, the index of the note that takes it."""
    leaders = np.arange(len(starts))
    near = (np.diff(tracks) == 0) & (np.diff(starts) < TOLERANCE_TICKS)
    company = np.flatnonzero(np.append(near, False) | np.append(False, near))  # not alone
    taken = _first_takers(tracks[company], starts[company], ends[company])
    leaders[company] = company[taken]
    return leaders


def _first_takers(tracks: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> list[int]:
    """The same by going through the notes one by one.

    Leaders that can still take notes began within TOLERANCE of each other, so their ends lie
    more than TOLERANCE apart: at most one for each span of TOLERANCE + 1 ticks.
    """
    takers = []
    span = TOLERANCE_TICKS + 1
    leaders: dict[int, tuple[int, int, int]] = {}  # span -> start, end, index
    track = -1
    rows = zip(tracks.tolist(), starts.tolist(), ends.tolist(), strict=True)
    for index, (its_track, start, end) in enumerate(rows):
        if its_track != track:
            track, leaders = its_track, {}
        taker = index
        for place in (end // span - 1, end // span, end // span + 1):
            found = leaders.get(place)
            if (
                found
                and start - found[0] < TOLERANCE_TICKS
                and abs(end - found[1]) <= TOLERANCE_TICKS
            ):
                taker = min(taker, found[2])
        if taker == index:
            leaders[end // span] = start, end, index
        takers.append(taker)
    return takers
