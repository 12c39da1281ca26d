"""Music as transitions: from each note to the next, the onset shift and the interval.

Notes count in the order of a Score (onset, then pitch), on the grid of `events`, a key once an
onset. A transition says nothing of the key it stands in, so a run of equal transitions is the
same music transposed. Durations are left out: the same notes held longer are still the same
notes, and a guard that took them in would let a copy pass that changes one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.encoding.grid import GRID_TICKS, KEYS, LONGEST, LOWEST_KEY
from musicgen.score import Score

INTERVALS = 2 * KEYS - 1  # from the highest key to the lowest and back
END = INTERVALS * (LONGEST + 1)  # after the last note of a piece; no transition has this code
assert np.iinfo(np.uint16).max >= END


@dataclass(frozen=True, eq=False)
class NoteSequence:
    """The notes of pieces, one piece after another."""

    onsets: np.ndarray  # (M,) int64 grid steps
    keys: np.ndarray  # (M,) int64 from the lowest of the piano
    first: np.ndarray  # (P + 1,) int64 where each piece begins, and M

    def codes(self) -> np.ndarray:
        """The transition from each note to the next of its piece, END from the last: (M,)."""
        codes = np.full(len(self.keys), END, np.uint16)
        if len(codes) > 1:
            shift = np.minimum(np.diff(self.onsets), LONGEST)
            codes[:-1] = transition(np.maximum(shift, 0), np.diff(self.keys))
            codes[self.first[1:][self.first[1:] > 0] - 1] = END
        return codes


def transition(shift: np.ndarray | int, interval: np.ndarray) -> np.ndarray:
    """The code of an onset shift (0 to LONGEST) and an interval in semitones."""
    return shift * INTERVALS + interval + KEYS - 1


def parts_of(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The onset shifts and intervals of codes other than END."""
    shift, interval = np.divmod(codes.astype(np.int64), INTERVALS)
    return shift, interval - (KEYS - 1)


def note_sequence(scores: Sequence[Score]) -> NoteSequence:
    """The notes of scores as transitions see them."""
    tables = [score.notes for score in scores]
    sizes = [len(table) for table in tables]
    piece = np.repeat(np.arange(len(tables)), sizes)
    start = _column(tables, "start")
    onset = np.rint(start / GRID_TICKS).astype(np.int64)
    key = note_keys(_column(tables, "pitch"))
    # Piece, onset and key in one number: MAX_TICK takes 30 bits, a key 7.
    place = (piece << 37) | (onset << 7) | key
    place.sort()
    place = place[np.diff(place, prepend=-1) > 0]
    first = np.searchsorted(place, np.arange(len(tables) + 1) << 37)
    return NoteSequence((place >> 7) & (2**30 - 1), place & 127, first)


def note_keys(pitches: np.ndarray) -> np.ndarray:
    """Keys from the piano's lowest; those beyond it in the octave at its edge, as `events` does."""
    keys = pitches.astype(np.int64) - LOWEST_KEY
    keys = np.where(keys < 0, keys % 12, keys)
    return np.where(keys >= KEYS, keys + (KEYS - 1 - keys) // 12 * 12, keys)


def _column(tables: Sequence[np.ndarray], name: str) -> np.ndarray:
    columns = [table[name] for table in tables]
    return np.concatenate(columns) if columns else np.zeros(0, np.int32)
