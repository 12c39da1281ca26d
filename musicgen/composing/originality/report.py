"""What a piece shares with the training pieces, and what composers share with each other.

A *run* is a stretch of consecutive notes whose transitions (onset shift and interval) also
stand in one training piece, so a transposed copy is a copy. See `transitions` for what counts
as the same note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from musicgen.composing.originality.index import HumanFigures, OriginalityIndex
from musicgen.composing.originality.ngram_index import gram_hashes
from musicgen.composing.originality.transitions import note_sequence
from musicgen.encoding.grid import GRID_TICKS
from musicgen.score import Score

SHORTEST = 8  # notes of a run that is worth telling of
MOST_MAX_COPY = 16  # notes, however alike the human pieces are


@dataclass(frozen=True)
class Run:
    """A stretch that also stands in a training piece, as long as it can be."""

    first: int  # which note of the piece
    notes: int
    start: int  # ticks, onset of its first note
    end: int  # ticks, onset of its last note
    source: str  # name of the training piece
    source_piece: int  # its number in the index
    source_note: int  # which of the source's notes is the first
    source_bar: int  # by the number that it is printed with: a pickup is bar 0
    semitones: int  # from the source up to here


@dataclass(frozen=True)
class Originality:
    """The report on one piece."""

    longest_run: int  # notes; 0 where no run has SHORTEST
    longest_run_bars: float
    source: str  # of the longest run; empty without one
    source_bar: int | None  # by the number that it is printed with
    share_8: float  # of the notes, how many lie in a run of SHORTEST or more
    human_95: float | None  # longest run of held-out pieces, 95th percentile
    runs: tuple[Run, ...] = ()  # by place

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def originality(score: Score, index: OriginalityIndex) -> Originality:
    """Compare a piece with the training pieces."""
    notes = note_sequence([score])
    lengths, places = longest_matches(notes.codes()[:-1], index)
    runs = tuple(
        _run(int(stop), int(lengths[stop]), int(places[stop]), notes.onsets, notes.keys, index)
        for stop in _ends(lengths)
    )
    covered = np.zeros(len(notes.keys) + 1, np.int64)
    for run in runs:
        covered[run.first] += 1
        covered[run.first + run.notes] -= 1
    share = float((np.cumsum(covered)[:-1] > 0).mean()) if len(notes.keys) else 0.0
    human = index.human.longest_run_95 if index.human else None
    if not runs:
        return Originality(0, 0.0, "", None, share, human)
    longest = max(runs, key=lambda run: run.notes)
    bars = _bars_between(score, longest.start, longest.end)
    source_bar = longest.source_bar
    return Originality(longest.notes, bars, longest.source, source_bar, share, human, runs)


def human_figures(held_out: Sequence[Score], index: OriginalityIndex) -> HumanFigures:
    """The same figures for pieces that people wrote and that the index does not hold."""
    reports = [originality(score, index) for score in held_out if len(score)]
    if not reports:
        raise ValueError("there are no held-out pieces to compare with")
    runs = np.percentile([report.longest_run for report in reports], [50, 95])
    shares = np.percentile([report.share_8 for report in reports], [50, 95])
    return HumanFigures(len(reports), *map(float, (*runs, *shares)))


def default_max_copy(index: OriginalityIndex) -> int:
    """What the guard forbids by default: runs longer than 95 of 100 composers have in common."""
    human = index.human.longest_run_95 if index.human else MOST_MAX_COPY
    return int(np.clip(human, SHORTEST, MOST_MAX_COPY))


def longest_matches(codes: np.ndarray, index: OriginalityIndex) -> tuple[np.ndarray, np.ndarray]:
    """The longest run that ends with each transition: codes (N,) -> lengths (N,), places (N,).

    Lengths count transitions and are 0 below SHORTEST notes; a place is where in the index the
    last transition of that run stands. One goes on from the matches of the transition before
    as long as any of them goes on, so that the work is in new matches alone.
    """
    least = SHORTEST - 1
    lengths, places = np.zeros((2, len(codes)), np.int64)
    grams = index.grams(least)
    low, high = grams.spans(gram_hashes(codes, least))
    alive, length = np.zeros(0, np.int64), 0
    for stop, code in enumerate(codes.tolist()):
        if len(alive):
            alive = alive + 1  # the last code of the index is END, so there always is a next
            alive, length = alive[index.codes[alive] == code], length + 1
        start = stop - least + 1
        if not len(alive) and start >= 0 and low[start] < high[start]:
            alive = grams.at(low[start], high[start]) + least - 1
            alive, length = _extended(index.codes, alive, codes[: stop + 1], least)
        if len(alive):
            lengths[stop], places[stop] = length, alive[0]
    return lengths, places


def _extended(
    training: np.ndarray, places: np.ndarray, codes: np.ndarray, least: int
) -> tuple[np.ndarray, int]:
    """Those of the places whose match reaches back farthest, at least `least`; and how far."""
    for back in range(least):
        places = places[training[places - back] == codes[-1 - back]]
    length = least
    while length < len(codes):
        # What lies before the first code is, wrapped around, the last END, which never fits.
        longer = places[training[places - length] == codes[-1 - length]]
        if not len(longer):
            break
        places, length = longer, length + 1
    return places, length


def _ends(lengths: np.ndarray) -> np.ndarray:
    """The transitions with which a run ends that goes no further: (N,) -> rising indices."""
    goes_on = np.append(lengths[1:] == lengths[:-1] + 1, False)[: len(lengths)]
    return np.flatnonzero((lengths > 0) & ~goes_on)


def _run(
    stop: int,
    length: int,
    place: int,
    onsets: np.ndarray,
    keys: np.ndarray,
    index: OriginalityIndex,
) -> Run:
    """The run of `length` transitions up to number `stop`, the last of which is at `place`."""
    first, source = stop - length + 1, place - length + 1
    piece = index.piece_of(source)
    return Run(
        first=first,
        notes=length + 1,
        start=int(onsets[first]) * GRID_TICKS,
        end=int(onsets[stop + 1]) * GRID_TICKS,
        source=index.names[piece],
        source_piece=piece,
        source_note=source - int(index.first[piece]),
        source_bar=int(index.bars[source]),
        semitones=int(keys[first]) - index.key_at(source),
    )


def _bars_between(score: Score, start: int, end: int) -> float:
    """How many bars lie between two ticks, in hundredths."""
    bar, place, length = score.bar_positions([start, end])
    positions = bar + place / length
    return round(float(positions[1] - positions[0]), 2)
