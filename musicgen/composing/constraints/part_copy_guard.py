"""Guarantee against copying for `parts`: no more than N consecutive notes of a training piece.

Passages are compared as in the report (`originality.report`): the notes of all parts, drums left
out, by onset and then by key, a unison as one note. A pitch is forbidden where the notes of its
onset, with it among them, would end a longer match.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from musicgen.composing.constraints.part_rules import rest_where_nothing_fits
from musicgen.composing.decoding.constraint import Rules, StepContext
from musicgen.composing.decoding.sampling import FORBIDDEN
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.originality.ngram_index import ngram_hashes
from musicgen.composing.originality.note_transitions import END, encode_transition
from musicgen.encoding.grid import KEYS, MAX_GRID_UNITS, Grid
from musicgen.encoding.parts.roles import Role
from musicgen.encoding.parts.schedule import NO_LOOKUP, BatchSchedule, OnsetLookup
from musicgen.encoding.parts.values import REST

MOST_AT_ONSET = 6  # notes, for which a look at the transitions before the onset is enough


class PartCopyGuard:
    """Constraint for K pieces of `parts`."""

    def __init__(
        self,
        index: OriginalityIndex,
        max_copy: int,
        pieces: int,
        roles: tuple[Role, ...],
        grid: Grid,
        first: OnsetLookup = NO_LOOKUP,
    ) -> None:
        """max_copy: longest allowed match, in notes. first: steps that come first at an onset."""
        self._codes, self._ngrams = index.codes, index.ngrams(max_copy)
        self._beginnings = index.ngrams(max(1, max_copy - MOST_AT_ONSET))
        self._is_drum = np.array([role.is_drum for role in roles], bool)
        self._schedule = BatchSchedule(pieces, len(roles), grid, first)
        self._passages = [_Passage(max_copy) for _ in range(pieces)]

    def rules(self) -> Rules:
        return {"pitch": (self._forbid_keys,)}

    def push(self, fields: np.ndarray) -> None:
        schedule = self._schedule
        pitched = (fields[:, 0] < REST) & ~self._is_drum[schedule.part]
        for row in np.flatnonzero(pitched):
            self._passages[row].add(int(schedule.now[row]), int(fields[row, 0]))
        schedule.push(fields[:, 1], fields[:, 2])

    def select(self, rows: np.ndarray) -> None:
        self._passages = [self._passages[row].copy() for row in rows]
        self._schedule.select(rows)

    def _forbid_keys(self, context: StepContext, logits: np.ndarray) -> np.ndarray:
        for row, (passage, now) in enumerate(
            zip(self._passages, context.now.tolist(), strict=True)
        ):
            if self._is_drum[self._schedule.part[row]]:
                continue
            forbidden = self._completing_keys(passage, now)
            if forbidden.any():
                logits = logits.copy()
                logits[row, :KEYS][forbidden] = FORBIDDEN
        return rest_where_nothing_fits(logits)

    def _completing_keys(self, passage: _Passage, now: int) -> np.ndarray:
        """Keys with which the notes of this onset would end a match that is too long: (KEYS,)."""
        completes = np.zeros(KEYS, bool)
        before, chord = passage.at(now)
        length = self._ngrams.length
        # A match that ends here has as many transitions before the onset at least.
        reaches_back = len(chord) + self._beginnings.length < length
        if reaches_back and not passage.is_copying(before, self._is_copying):
            return completes
        keys, codes = before.continuations(chord)
        hashes = ngram_hashes(codes, length)  # (n, C), one for each last note
        low, high = self._ngrams.ranges(hashes.ravel())
        low, high = low.reshape(hashes.shape), high.reshape(hashes.shape)
        for row, last in np.argwhere(low < high):
            code = codes[row, last : last + length]
            positions = self._ngrams.positions(low[row, last], high[row, last])
            for offset, value in enumerate(code):
                positions = positions[self._codes[positions + offset] == value]
            completes[keys[row]] |= bool(len(positions)) and END not in code
        return completes

    def _is_copying(self, recent: np.ndarray) -> bool:
        """Whether a training piece has the last transitions before an onset, but for a few."""
        length = self._beginnings.length
        if length > len(recent):
            return True
        low, high = self._beginnings.ranges(ngram_hashes(recent[-length:], length))
        return bool((low < high).any())


class _Before(NamedTuple):
    """What comes before an onset."""

    recent: np.ndarray  # transitions
    last: int | None  # highest key of the onset before
    shift: int  # grid units since then

    def continuations(self, chord: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """Keys (n,) that may join a chord, and all transitions (n, M) with each of them."""
        keys = np.setdiff1d(np.arange(KEYS), chord)
        chords = np.sort(np.column_stack([np.tile(chord, (len(keys), 1)), keys]).astype(np.int64))
        codes = encode_transition(0, np.diff(chords, axis=1))
        recent = np.tile(self.recent, (len(keys), 1))
        return keys, np.column_stack([recent, self._first(chords[:, :1]), codes])

    def after(self, chord: list[int], units: int) -> _Before:
        """What comes before the onset that follows a chord after some grid units."""
        keys = np.array(chord)
        inside = encode_transition(0, np.diff(keys))
        joined = np.concatenate([self.recent, self._first(keys[:1]), inside])
        return _Before(joined[len(joined) - len(self.recent) :], chord[-1], units)

    def _first(self, lowest: np.ndarray) -> np.ndarray:
        """Transition to the lowest key of a chord."""
        if self.last is None:
            return np.full(lowest.shape, END, np.int64)
        return encode_transition(min(self.shift, MAX_GRID_UNITS), lowest - self.last)


class _Passage:
    """The latest transitions of one piece, and the keys of its latest onset."""

    def __init__(self, max_copy: int) -> None:
        self._before = _Before(np.full(max_copy - 1, END, np.int64), None, 0)
        self._onset = 0
        self._keys: list[int] = []  # sorted
        # The latest answers, for the notes of one onset.
        self._at: tuple[int, _Before, list[int]] | None = None
        self._copying: tuple[_Before, bool] | None = None

    def copy(self) -> _Passage:
        other = _Passage(len(self._before.recent) + 1)
        other.__dict__.update(self.__dict__, _keys=self._keys.copy())
        return other

    def add(self, onset: int, key: int) -> None:
        self._before, self._keys = self.at(onset)
        self._onset = onset
        if key not in self._keys:
            self._keys = sorted([*self._keys, key])
        self._at = None

    def at(self, now: int) -> tuple[_Before, list[int]]:
        """What comes before an onset, the latest or a later one, and its keys so far."""
        if now == self._onset or not self._keys:
            return self._before, self._keys
        if self._at is None or self._at[0] != now:
            self._at = now, self._before.after(self._keys, now - self._onset), []
        return self._at[1:]

    def is_copying(self, before: _Before, is_copying: Callable[[np.ndarray], bool]) -> bool:
        """What a function says of the transitions before an onset, asked once an onset."""
        if self._copying is None or self._copying[0] is not before:
            self._copying = before, is_copying(before.recent)
        return self._copying[1]
