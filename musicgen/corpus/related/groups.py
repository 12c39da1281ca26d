"""Groups of related pieces: near-duplicates, and pieces that share a melody."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicgen.corpus.related import near_duplicates as duplicates_module
from musicgen.corpus.related import shared_melodies as melodies_module
from musicgen.corpus.related.near_duplicates import interval_ngrams, near_duplicates
from musicgen.corpus.related.shared_melodies import melody_runs, shared_melodies
from musicgen.corpus.related.shared_ngrams import connected_groups
from musicgen.score import Score

# Least shares of the n-grams of `compared_ngrams`: of all notes, of melodies, of melodies on beats.
MIN_SHARES = (
    duplicates_module.MIN_SHARE,
    melodies_module.MIN_SHARE,
    melodies_module.MIN_SHARE,
)


def related_pieces(scores: Sequence[Score], duplicates: np.ndarray | None = None) -> list[int]:
    """Group numbers of the pieces, from 0 in order of appearance; related pieces share one.

    Groups are connected components: two pieces may share a group through a third.

    duplicates: the result of `near_duplicates`, if it is computed already.
    """
    placed = [score.on_grid().pitched for score in scores]
    duplicates = near_duplicates(placed) if duplicates is None else duplicates
    return connected_groups(len(scores), np.concatenate([duplicates, shared_melodies(placed)]))


def compared_ngrams(scores: Sequence[Score]) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """All n-grams that `related_pieces` compares, in three kinds: n-grams and piece numbers."""
    placed = [score.on_grid().pitched for score in scores]
    return interval_ngrams(placed), *melody_runs(placed)
