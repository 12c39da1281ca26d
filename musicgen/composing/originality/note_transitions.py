"""Note transitions: onset shift and interval from each note to the next, as one code.

Notes are in the order of a Score (onset, then pitch), on the grid of `events` for their kind of
time, with each key at most once an onset. A transition does not depend on the key, so equal
transitions are the same music transposed. Durations are left out: the same notes held longer are
still the same notes, and a copy guard that compared durations would let a copy pass that changes
one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.encoding.grid import KEYS, LOWEST_KEY, MAX_GRID_UNITS, grid_of
from musicgen.score import Score

INTERVALS = 2 * KEYS - 1  # from the highest key to the lowest and back
END = INTERVALS * (MAX_GRID_UNITS + 1)  # code after the last note of a piece; no transition has it
assert np.iinfo(np.uint16).max >= END

# Bits of a number that orders notes by piece, onset and key: MAX_TICK takes 30, a key 7.
_KEY_BITS, _ONSET_BITS = 7, 30


@dataclass(frozen=True, eq=False)
class NoteSequence:
    """Notes of several pieces, one piece after another."""

    onsets: np.ndarray  # (M,) int64, grid steps
    keys: np.ndarray  # (M,) int64, from the lowest key of the piano
    piece_starts: np.ndarray  # (P + 1,) int64, indices of the pieces' first notes, then M

    def codes(self) -> np.ndarray:
        """Transition from each note to the next of its piece, END for the last: (M,) uint16."""
        codes = np.full(len(self.keys), END, np.uint16)
        if len(codes) > 1:
            shift = np.minimum(np.diff(self.onsets), MAX_GRID_UNITS)
            codes[:-1] = encode_transition(np.maximum(shift, 0), np.diff(self.keys))
            piece_ends = self.piece_starts[1:]
            codes[piece_ends[piece_ends > 0] - 1] = END
        return codes


def encode_transition(shift: np.ndarray | int, interval: np.ndarray) -> np.ndarray:
    """Code of an onset shift (0 to MAX_GRID_UNITS) and an interval in semitones."""
    return shift * INTERVALS + interval + KEYS - 1


def decode_transitions(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Onset shifts and intervals of codes other than END."""
    shift, interval = np.divmod(codes.astype(np.int64), INTERVALS)
    return shift, interval - (KEYS - 1)


def note_sequence(scores: Sequence[Score]) -> NoteSequence:
    """Notes of scores on the grid, sorted by piece, onset and key, without repetitions."""
    tables = [score.notes for score in scores]
    counts = np.array([len(table) for table in tables], np.int64)
    ticks = np.repeat(np.array([grid_of(score).ticks for score in scores], np.int64), counts)
    piece = np.repeat(np.arange(len(tables)), counts)
    onset = np.rint(_column(tables, "start") / ticks).astype(np.int64)
    key = piano_keys(_column(tables, "pitch"))
    piece_shift = _KEY_BITS + _ONSET_BITS
    order = (piece << piece_shift) | (onset << _KEY_BITS) | key
    order.sort()
    order = order[np.diff(order, prepend=-1) > 0]
    piece_starts = np.searchsorted(order, np.arange(len(tables) + 1) << piece_shift)
    onsets = (order >> _KEY_BITS) & (2**_ONSET_BITS - 1)
    return NoteSequence(onsets, order & (2**_KEY_BITS - 1), piece_starts)


def note_places(score: Score) -> np.ndarray:
    """Index in a score of each note of the sequence of its notes without drums: (M,)."""
    pitched = np.flatnonzero(~score.is_drum)
    notes = score.notes[pitched]
    onset = np.rint(notes["start"] / grid_of(score).ticks).astype(np.int64)
    _, first = np.unique(onset << _KEY_BITS | piano_keys(notes["pitch"]), return_index=True)
    return pitched[first]


def piano_keys(pitches: np.ndarray) -> np.ndarray:
    """Keys from the piano's lowest; pitches beyond it are moved by octaves, as `events` does."""
    keys = pitches.astype(np.int64) - LOWEST_KEY
    keys = np.where(keys < 0, keys % 12, keys)
    return np.where(keys >= KEYS, keys + (KEYS - 1 - keys) // 12 * 12, keys)


def _column(tables: Sequence[np.ndarray], name: str) -> np.ndarray:
    """One field of all note tables: (M,)."""
    columns = [table[name] for table in tables]
    return np.concatenate(columns) if columns else np.zeros(0, np.int32)
