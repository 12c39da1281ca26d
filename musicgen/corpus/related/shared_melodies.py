"""Pieces that share a melody: settings of one hymn or song, in any key.

Two pieces share a melody if half of the runs of the one that has fewer are in the other's as well.
A run is some intervals between notes that follow one another and differ. Pieces are compared twice:
by runs of INTERVALS intervals between all notes of their melodies, and by runs of BEAT_INTERVALS
between the notes at the beginnings of beats, because the same hymn may be written with passing
notes. Among the chorales this joins settings of one hymn, and one other that has two of its lines.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicgen.corpus.related.melodies import melodies_of
from musicgen.corpus.related.shared_ngrams import pack_ngrams, sharing_pairs
from musicgen.score import Score

INTERVALS = 12  # of a run, between 13 notes
BEAT_INTERVALS = 8  # of a run of notes on beats: a line of a hymn
MIN_SHARE = 0.5  # of the runs of the piece that has fewer
MAX_INTERVAL = 15  # semitones; larger ones count as this
MAX_PERIOD = 8  # intervals of an ostinato or a broken chord

_INTERVAL_BITS = 5
assert 2 * MAX_INTERVAL + 1 < 2**_INTERVAL_BITS


def shared_melodies(scores: Sequence[Score]) -> np.ndarray:
    """Pairs of pieces that share a melody, by their numbers: (P, 2).

    The cost is linear in the number of notes.
    """
    count = len(scores)
    pairs = [sharing_pairs(runs, piece, count, MIN_SHARE) for runs, piece in melody_runs(scores)]
    return np.concatenate(pairs)


def melody_runs(scores: Sequence[Score]) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Runs of all notes and of those on beats, each with the numbers of their pieces: 2 x (R,)."""
    melodies = melodies_of([score.on_grid().pitched for score in scores])
    pitch, piece, on_beat = melodies.pitch, melodies.piece, melodies.on_beat
    on_beats = _runs(pitch[on_beat], piece[on_beat], BEAT_INTERVALS)
    return _runs(pitch, piece, INTERVALS), on_beats


def _runs(pitch: np.ndarray, piece: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Runs of `length` intervals of the pieces' lines, and the numbers of their pieces."""
    repeated = np.zeros(len(pitch), dtype=bool)
    repeated[1:] = (pitch[1:] == pitch[:-1]) & (piece[1:] == piece[:-1])
    pitch, piece = pitch[~repeated], piece[~repeated]
    intervals = np.clip(np.diff(pitch), -MAX_INTERVAL, MAX_INTERVAL) + MAX_INTERVAL + 1
    intervals[piece[1:] != piece[:-1]] = 0
    runs, within_piece = pack_ngrams(intervals, length, _INTERVAL_BITS)
    is_melody = within_piece & _turns(intervals, length) & ~_is_ostinato(runs)
    return runs[is_melody], piece[: len(runs)][is_melody]


def _turns(intervals: np.ndarray, length: int) -> np.ndarray:
    """Whether each run goes both up and down, which a scale does not: (runs,) bool."""
    ups = np.cumsum(np.append(0, intervals > MAX_INTERVAL + 1))
    ups = ups[length:] - ups[:-length]
    return (ups > 0) & (ups < length)


def _is_ostinato(runs: np.ndarray) -> np.ndarray:
    """Whether each run is repeated within MAX_PERIOD notes: (runs,) bool."""
    repeated = np.zeros(len(runs), dtype=bool)
    for period in range(1, min(MAX_PERIOD, len(runs) - 1) + 1):
        same = runs[period:] == runs[:-period]
        repeated[period:] |= same
        repeated[:-period] |= same
    return repeated
