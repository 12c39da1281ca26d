"""Near-duplicates: pieces that are the same music under different names, in any key.

Two pieces are near-duplicates if they share enough n-grams: INTERVALS intervals between the
pitches of consecutive notes, in order of onset and pitch, which do not depend on the key. On the
chorales a share of 0.3 separates one melody in two similar settings (BWV 271 and 244.54) from one
melody in two different settings (`shared_melodies.py` finds those); the share by chance is below
0.1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicgen.corpus.related.shared_ngrams import pack_ngrams, sharing_pairs
from musicgen.score import Score

INTERVALS = 7  # of an n-gram, between 8 notes
MIN_SHARE = 0.3  # of the n-grams of the piece that has fewer
MAX_NOTES = 4096  # of a piece that are compared

_INTERVAL_BITS = 8


def near_duplicates(scores: Sequence[Score]) -> np.ndarray:
    """Pairs of pieces that are near-duplicates, by their numbers: (P, 2).

    The cost is linear in the number of notes.
    """
    return sharing_pairs(*interval_ngrams(scores), len(scores), MIN_SHARE)


def interval_ngrams(scores: Sequence[Score]) -> tuple[np.ndarray, np.ndarray]:
    """N-grams that are compared, and the numbers of their pieces: (R,), (R,)."""
    pitches = [_pitches(score) for score in scores]
    lengths = np.array([len(row) for row in pitches], np.int64)
    owner = np.repeat(np.arange(len(scores)), lengths)  # (N,)
    pitch = np.concatenate([np.zeros(0, np.int64), *pitches])  # (N,)
    intervals = np.diff(pitch) + 2 ** (_INTERVAL_BITS - 1)  # (N - 1,) above 0
    intervals[owner[1:] != owner[:-1]] = 0  # between two pieces
    ngrams, within_piece = pack_ngrams(intervals, INTERVALS, _INTERVAL_BITS)
    return ngrams[within_piece], owner[: len(ngrams)][within_piece]


def _pitches(score: Score) -> np.ndarray:
    """Pitches in order of onset, drums and unisons left out: (N,) int64."""
    notes = score.on_grid().pitched.notes[:MAX_NOTES]
    unison = (np.diff(notes["start"]) == 0) & (np.diff(notes["pitch"]) == 0)
    return np.delete(notes["pitch"], np.flatnonzero(unison) + 1).astype(np.int64)
