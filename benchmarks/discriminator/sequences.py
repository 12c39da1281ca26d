"""N-grams of the raw notes of an excerpt, as words for a linear classifier.

Everything is relative, so that neither key nor register matters: steps of each voice in semitones,
with and without rhythm; sonorities as intervals above the bass, with the bass's step; which voices
begin at an onset, with the time to the next.

A bidirectional GRU over the same notes (24 units, 12 epochs, five minutes) has an area of 0.70 on
the fiddle tunes, where this has 0.93 in two seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.discriminator.excerpts import Excerpt
from benchmarks.harmony.chords import Chords

MAX_LENGTH = 4  # of an n-gram


def words(excerpt: Excerpt) -> list[str]:
    """All n-grams of an excerpt, with repetitions."""
    texts: list[str] = []
    for number, notes in enumerate(excerpt.voices):
        steps = np.diff(notes["pitch"].astype(np.int64)).tolist()
        durations = notes["duration"].tolist()
        texts += ngrams(f"steps {number}", steps)
        texts += ngrams(f"notes {number}", list(zip(steps, durations[1:], strict=True)))
    texts += ngrams("beats", _sonorities(excerpt.beats))
    texts += ngrams("onsets", _sonorities(excerpt.onsets))
    texts += ngrams("rhythm", _rhythm(excerpt))
    return texts


def ngrams(name: str, items: Sequence[object]) -> Iterator[str]:
    """N-grams of 1 to MAX_LENGTH items, each as a text that begins with the name."""
    for length in range(1, MAX_LENGTH + 1):
        for at in range(len(items) - length + 1):
            yield f"{name}: {items[at : at + length]}"


def _sonorities(chords: Chords) -> list[tuple[int, ...]]:
    """The bass's step, then the pitch classes above the bass, of each moment."""
    steps = np.diff(chords.lowest, prepend=chords.lowest[:1]).tolist()
    return [
        (step, *np.unique((np.flatnonzero(row) - low) % 12).tolist())
        for step, row, low in zip(steps, chords.sounding, chords.lowest.tolist(), strict=True)
    ]


def _rhythm(excerpt: Excerpt) -> list[tuple[int, int]]:
    """The voices that begin at each onset, as bits, and the ticks to the next."""
    ticks = excerpt.onsets.ticks
    notes = excerpt.score.notes
    begin = np.zeros(len(ticks), np.int64)
    at = np.searchsorted(ticks, notes["start"])
    np.bitwise_or.at(begin, at, 1 << notes["part"].astype(np.int64))
    gaps = np.diff(ticks, append=ticks[-1:])
    return list(zip(begin.tolist(), gaps.tolist(), strict=True))
