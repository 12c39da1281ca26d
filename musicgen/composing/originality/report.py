"""Passages that a piece shares with the training pieces, and how much held-out pieces share.

A match is a passage of consecutive notes whose transitions (onset shift and interval) occur in one
training piece as well, so a transposed copy is a match. `note_transitions` says which notes are
the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import msgspec
import numpy as np

from musicgen.composing.originality.index import (
    MIN_MATCH_NOTES,
    HeldOutOverlap,
    OriginalityIndex,
)
from musicgen.composing.originality.ngram_index import ngram_hashes
from musicgen.composing.originality.note_transitions import (
    NoteSequence,
    note_places,
    note_sequence,
)
from musicgen.encoding.grid import grid_of
from musicgen.score import Score

MAX_COPY_CEILING_NOTES = 16  # of the default, however much the held-out pieces share


@dataclass(frozen=True)
class Match:
    """A passage that occurs in a training piece as well and cannot be extended."""

    first: int  # index of its first note in the piece
    notes: int  # a unison of several parts is one, and drums are none
    start: int  # ticks, onset of its first note
    end: int  # ticks, onset of its last note
    source: str  # name of the training piece
    source_piece: int  # index of the training piece
    source_note: int  # index of its first note in the training piece
    source_bar: int  # bar number as printed: a pickup is bar 0
    semitones: int  # transposition from the training piece to this one
    span: int | None = None  # notes of the piece from first to last, where they are more

    @property
    def stop(self) -> int:
        """Index in the piece after its last note."""
        return self.first + (self.span or self.notes)


@dataclass(frozen=True)
class Originality:
    """Originality report of one piece."""

    longest_match: int  # notes; 0 without a match
    longest_match_bars: float
    source: str  # training piece of the longest match; empty without one
    source_bar: int | None  # bar number as printed
    share_8: float  # of the notes, those in matches of MIN_MATCH_NOTES or more
    human_95: float | None  # longest match of the held-out pieces, 95th percentile
    matches: tuple[Match, ...] = ()  # in order of their last notes

    def to_json(self) -> dict[str, Any]:
        """Values by name, some of them again under the names that earlier versions read."""
        values = asdict(self)
        return values | {earlier: values[name] for earlier, name in _EARLIER_NAMES.items()}

    @classmethod
    def from_json(cls, entry: Any) -> Originality | None:
        """Report from parsed JSON of this or an earlier version; None if it is not a report."""
        if not isinstance(entry, Mapping):
            return None
        values = {_EARLIER_NAMES.get(name, name): value for name, value in entry.items()}
        try:
            return msgspec.convert(values, cls)
        except msgspec.ValidationError:
            return None


_EARLIER_NAMES = {
    "longest_run": "longest_match",
    "longest_run_bars": "longest_match_bars",
    "runs": "matches",
}


def originality(score: Score, index: OriginalityIndex) -> Originality:
    """Compare a piece with the training pieces, both without drums."""
    notes, ticks = note_sequence([score.pitched]), grid_of(score).ticks
    lengths, positions = longest_matches(notes.codes()[:-1], index)
    matches = tuple(
        _match_ending_at(int(last), int(lengths[last]), int(positions[last]), notes, index, ticks)
        for last in _last_transitions(lengths)
    )
    overlap = index.held_out_overlap
    human_95 = overlap.longest_match_95 if overlap else None
    share = _covered_share(matches, len(notes.keys))
    if not matches:
        return Originality(0, 0.0, "", None, share, human_95)
    places = note_places(score)
    matches = tuple(_in_piece(match, places) for match in matches)
    longest = max(matches, key=lambda match: match.notes)
    bars = _bars_between(score, longest.start, longest.end)
    return Originality(
        longest.notes, bars, longest.source, longest.source_bar, share, human_95, matches
    )


def held_out_overlap(held_out: Sequence[Score], index: OriginalityIndex) -> HeldOutOverlap:
    """Matches of pieces that the index does not contain: medians and 95th percentiles.

    ValueError without a note in them.
    """
    reports = [originality(score, index) for score in held_out if len(score)]
    if not reports:
        raise ValueError("there are no held-out pieces to compare with")
    longest = np.percentile([report.longest_match for report in reports], [50, 95])
    shares = np.percentile([report.share_8 for report in reports], [50, 95])
    return HeldOutOverlap(len(reports), *map(float, (*longest, *shares)))


def default_max_copy(index: OriginalityIndex) -> int:
    """Longest match that the copy guard allows by default, in notes.

    It is the longest that 95 of 100 held-out pieces stay within.
    """
    overlap = index.held_out_overlap
    longest = overlap.longest_match_95 if overlap else MAX_COPY_CEILING_NOTES
    return int(np.clip(longest, MIN_MATCH_NOTES, MAX_COPY_CEILING_NOTES))


def longest_matches(codes: np.ndarray, index: OriginalityIndex) -> tuple[np.ndarray, np.ndarray]:
    """Longest match that ends with each transition: codes (N,) -> lengths (N,), positions (N,).

    Lengths count transitions and are 0 for matches under MIN_MATCH_NOTES notes. A position is that
    of the match's last transition in the index. Matches of the transition before are extended as
    long as one of them can be: only new matches are searched for.
    """
    min_length = MIN_MATCH_NOTES - 1
    lengths, positions = np.zeros((2, len(codes)), np.int64)
    ngrams = index.ngrams(min_length)
    low, high = ngrams.ranges(ngram_hashes(codes, min_length))
    current, length = np.zeros(0, np.int64), 0  # positions of the matches that end here
    for last, code in enumerate(codes.tolist()):
        if len(current):
            current = current + 1  # within the index, whose last code is END
            current, length = current[index.codes[current] == code], length + 1
        start = last - min_length + 1
        if not len(current) and start >= 0 and low[start] < high[start]:
            candidates = ngrams.positions(low[start], high[start]) + min_length - 1
            current, length = _extend_back(index.codes, candidates, codes[: last + 1], min_length)
        if len(current):
            lengths[last], positions[last] = length, current[0]
    return lengths, positions


def _extend_back(
    training: np.ndarray, positions: np.ndarray, codes: np.ndarray, min_length: int
) -> tuple[np.ndarray, int]:
    """Positions of the longest matches that end with the last code, and their length.

    positions: last transitions of the candidates, which may be hash collisions.
    """
    for back in range(min_length):
        positions = positions[training[positions - back] == codes[-1 - back]]
    length = min_length
    while length < len(codes):
        # An index below 0 wraps around to the last END, which equals no transition.
        longer = positions[training[positions - length] == codes[-1 - length]]
        if not len(longer):
            break
        positions, length = longer, length + 1
    return positions, length


def _last_transitions(lengths: np.ndarray) -> np.ndarray:
    """Indices of the transitions after which no match goes on: (N,) -> rising indices."""
    goes_on = np.append(lengths[1:] == lengths[:-1] + 1, False)[: len(lengths)]
    return np.flatnonzero((lengths > 0) & ~goes_on)


def _match_ending_at(
    last: int,
    length: int,
    position: int,
    notes: NoteSequence,
    index: OriginalityIndex,
    ticks: int,
) -> Match:
    """Match of `length` transitions, the last of which is at `position` in the index.

    ticks: of a grid unit.
    """
    first, source = last - length + 1, position - length + 1
    piece = index.piece_at(source)
    return Match(
        first=first,
        notes=length + 1,
        start=int(notes.onsets[first]) * ticks,
        end=int(notes.onsets[last + 1]) * ticks,
        source=index.names[piece],
        source_piece=piece,
        source_note=source - int(index.piece_starts[piece]),
        source_bar=int(index.bars[source]),
        semitones=int(notes.keys[first]) - index.key_at(source),
    )


def _in_piece(match: Match, places: np.ndarray) -> Match:
    """A match that begins at a note of the sequence, by the notes of the piece."""
    first, last = places[[match.first, match.first + match.notes - 1]].tolist()
    span = last - first + 1
    return replace(match, first=first, span=span if span > match.notes else None)


def _covered_share(matches: Sequence[Match], notes: int) -> float:
    """Share of a piece's notes that are in a match; 0 without notes."""
    covered = np.zeros(notes + 1, np.int64)
    for match in matches:
        covered[match.first] += 1
        covered[match.first + match.notes] -= 1
    return float((np.cumsum(covered)[:-1] > 0).mean()) if notes else 0.0


def _bars_between(score: Score, start: int, end: int) -> float:
    """Bars from one tick to another, rounded to hundredths."""
    bars, ticks, lengths = score.bar_positions([start, end])
    positions = bars + ticks / lengths
    return round(float(positions[1] - positions[0]), 2)
