"""Sets of excerpts with all that the classifiers see of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import spmatrix, vstack

from benchmarks.discriminator.classifiers import (
    FOLDS,
    BoostedTrees,
    Result,
    area_under_curve,
    count_words,
    varies,
    word_classifier,
)
from benchmarks.discriminator.excerpts import excerpts
from benchmarks.discriminator.figures.all_figures import ENDING, FigureTable
from benchmarks.discriminator.sequences import words
from musicgen.errors import MusicgenError
from musicgen.score import Score

HALVINGS = 3


class TooFewExcerpts(MusicgenError):
    """A set of pieces that cannot be divided among the folds."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Excerpts of a set of pieces: figures, counts of words, and which are related."""

    figures: FigureTable
    words: spmatrix  # (P, HASHES)
    groups: np.ndarray  # (P,), related pieces share a number

    @classmethod
    def of(
        cls,
        scores: Sequence[Score],
        notes: int,
        voices: int | None,
        groups: Sequence[int] | None = None,
    ) -> Sample:
        """Excerpts of scores as `excerpts` makes them; without groups no two are related."""
        numbered = np.arange(len(scores)) if groups is None else np.array(groups)
        rows = excerpts(scores, notes, voices)
        long = [excerpt for excerpt in rows if excerpt is not None]
        if len(long) < FOLDS:
            raise TooFewExcerpts(f"only {len(long)} pieces have {notes} notes before the last bar")
        long_enough = np.array([excerpt is not None for excerpt in rows], bool)
        return cls(FigureTable(long), count_words([words(e) for e in long]), numbered[long_enough])

    def __len__(self) -> int:
        return len(self.groups)


@dataclass(frozen=True, eq=False)
class Pair:
    """Two sets of excerpts as a problem of classification."""

    names: list[str]  # (F,)
    kinds: np.ndarray  # (F,)
    values: np.ndarray  # (P, F)
    words: spmatrix  # (P, HASHES)
    second: np.ndarray  # (P,) bool
    groups: np.ndarray  # (P,)

    @classmethod
    def of(cls, first: Sample, second: Sample) -> Pair:
        apart = first.groups.max() + 1 + second.groups  # no group is on both sides
        return cls(
            first.figures.names,
            np.array(first.figures.kinds),
            np.concatenate([first.figures.values, second.figures.values]),
            vstack([first.words, second.words]).tocsr(),
            np.repeat([False, True], [len(first), len(second)]),
            np.concatenate([first.groups, apart]),
        )

    @property
    def in_excerpt(self) -> np.ndarray:
        """Which figures are of the excerpt, not of the end of the piece: (F,) bool."""
        return self.kinds != ENDING

    def by_figures(self, chosen: np.ndarray) -> Result | None:
        """Boosted trees over the chosen figures (F,) bool; None where none of them varies."""
        used = chosen & varies(self.values)
        if not used.any():
            return None
        values = self.values[:, used]
        return area_under_curve(BoostedTrees, values, self.second, self.groups)

    def by_words(self) -> Result:
        """The linear classifier over n-grams of notes."""
        return area_under_curve(word_classifier, self.words, self.second, self.groups)


def halves(sample: Sample) -> list[Pair]:
    """A sample against itself: HALVINGS random halves, related pieces in one half."""
    pairs = []
    figures = sample.figures
    for seed in range(HALVINGS):
        side = np.random.default_rng(seed).random(sample.groups.max() + 1) < 0.5
        pairs.append(
            Pair(
                figures.names,
                np.array(figures.kinds),
                figures.values,
                sample.words,
                side[sample.groups],
                sample.groups,
            )
        )
    return pairs
