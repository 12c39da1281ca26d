"""Steps of one piece of `parts`: its roles, its key, its chords, and the schedule of its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from musicgen.encoding.grid import BEATS, Grid
from musicgen.encoding.parts.roles import UNKNOWN_KEY, Role
from musicgen.encoding.parts.schedule import NO_LOOKUP, OnsetLookup, schedule
from musicgen.encoding.steps import Steps


@dataclass(frozen=True, eq=False)
class GivenSteps:
    """Steps that are known before they are reached: of some parts, whole or in some bars."""

    part: np.ndarray  # (N,)
    onset: np.ndarray  # (N,) grid units, in order in each part
    fields: np.ndarray  # (N, F)
    comes_first: bool = False  # at an onset they come before the steps of other parts

    @classmethod
    def none(cls, fields: int) -> GivenSteps:
        """No steps of so many fields."""
        nowhere = np.zeros(0, np.int64)
        return cls(nowhere, nowhere, np.zeros((0, fields), np.int32))

    def of_parts(self, parts: Sequence[int]) -> GivenSteps:
        """Those of some parts."""
        rows = np.isin(self.part, parts)
        return replace(self, part=self.part[rows], onset=self.onset[rows], fields=self.fields[rows])

    @property
    def parts(self) -> list[int]:
        """Numbers of the parts that have given steps, in order."""
        return sorted(set(self.part.tolist()))

    @cached_property
    def lookup(self) -> OnsetLookup:
        """Whether the step of a part at an onset is given."""
        return OnsetLookup(self.part, self.onset)


@dataclass(frozen=True, eq=False)
class GivenChords:
    """Chords that are known for the whole piece or for a part of it, in order of time."""

    onset: np.ndarray  # (C,) grid units, in which each begins
    root: np.ndarray  # (C,) pitch classes, NO_ROOT where nothing is known
    mask: np.ndarray  # (C,) pitch classes as bits, 0 where nothing is known

    @classmethod
    def at_beats(
        cls, ticks: np.ndarray, roots: np.ndarray, masks: np.ndarray, grid: Grid
    ) -> GivenChords:
        """Chords at beats: (B,) ticks, pitch classes (-1: no chord) and bits; runs are merged."""
        is_new = np.ones(len(ticks), bool)
        is_new[1:] = (np.diff(roots) != 0) | (np.diff(masks) != 0)
        roots, masks = (values[is_new].astype(np.int64) for values in (roots, masks))
        return cls(-(-ticks[is_new] // grid.ticks), np.where(roots < 0, NO_ROOT, roots), masks)

    def transposed(self, semitones: int) -> GivenChords:
        """The chords of transposed music."""
        up = semitones % 12
        mask = ((self.mask << up) | (self.mask >> (12 - up))) & 0xFFF
        root = np.where(self.root == NO_ROOT, NO_ROOT, (self.root + up) % 12)
        return GivenChords(self.onset, root, mask)


NO_ROOT = 12
NOTHING_KNOWN = GivenChords(*np.zeros((3, 0), np.int64))


@dataclass(frozen=True, eq=False)
class PartsSteps(Steps):
    """Steps with what is said of the piece as a whole."""

    roles: tuple[Role, ...] = ()
    key: int = UNKNOWN_KEY  # tonic as pitch class, 12 more in minor
    grid: Grid = BEATS
    form: str | None = None  # a letter a bar, see `theory.form`; None: the encoding tells none
    given: GivenSteps | None = None
    chords: GivenChords | None = None  # None: the encoding tells none

    @cached_property
    def schedule(self) -> tuple[np.ndarray, np.ndarray]:
        """Part and onset in grid units of each step: (N,), (N,)."""
        return schedule(self.fields, len(self.roles), self.grid, self.first)

    @property
    def first(self) -> OnsetLookup:
        """The steps that come first at their onset."""
        return self.given.lookup if self.given and self.given.comes_first else NO_LOOKUP

    def with_given(self, is_given: np.ndarray, comes_first: bool = True) -> PartsSteps:
        """These steps, some of which are given: (N,) bool; in the order that follows from it."""
        part, onset = self.schedule
        rows = np.flatnonzero(is_given)
        given = GivenSteps(part[rows], onset[rows], self.fields[rows], comes_first)
        if not comes_first:
            return self._scheduled(replace(self, given=given), part, onset)
        # A chord's notes are given together; a sort that is stable keeps their order.
        order = np.lexsort((part, ~given.lookup(part, onset), onset))
        steps = replace(self, fields=self.fields[order], given=given)
        return self._scheduled(steps, part[order], onset[order])

    def _scheduled(self, steps: PartsSteps, part: np.ndarray, onset: np.ndarray) -> PartsSteps:
        steps.__dict__["schedule"] = part, onset  # as computed from the fields, but faster
        return steps
