"""Ranges of bars for models of `parts`: each part goes on from a rest or a held note."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from musicgen.composing.asked_chords import asked_chords
from musicgen.composing.bar_ranges.bar_range import BarRange
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.roles import Role, assign_roles, written_order
from musicgen.encoding.parts.steps_of_parts import GivenChords, PartsSteps
from musicgen.encoding.steps import Steps
from musicgen.score import MAX_RESOLUTION, Score


@dataclass(frozen=True)
class PartsBarRange(BarRange):
    """A range of bars of a piece with parts, which keep their numbers, names and instruments.

    drawn: the piece as it was drawn, for one that is not from a file. It is composed again with the
    roles, the key and the form that it was drawn with, and each part goes on when it was to.
    """

    drawn: PartsSteps | None = None

    @cached_property
    def opening(self) -> Steps:
        """The steps before the range; parts of a file rest until it begins, or hold a note."""
        if self.drawn is not None:
            _, onset = self.drawn.schedule
            before = onset < self._units(self.start)
            return replace(self.drawn, fields=self.drawn.fields[before])
        encoding = self.model.encoding
        assert isinstance(encoding, PartsEncoding)
        steps = encoding.encode_opening(self.score, self._units(self.start))
        return replace(steps, chords=self._chords)

    @property
    def _chords(self) -> GivenChords | None:
        """The chords that the settings ask for."""
        return asked_chords(self.model.encoding, self.settings, self.score.metres)

    def with_notes(self, new: np.ndarray) -> Score:
        """The piece with new notes in place of those in the range.

        A new note ends with the piece, where its key is struck again in its part and, in a part
        without chords, with the next note of the part. It is left out where its key is held in its
        part from before the range.
        """
        notes = self.score.notes
        inside = self._are_replaced(notes)
        following, new = notes[notes["start"] >= self.end], new[~self._are_held(new)]
        new["duration"] = np.minimum(new["duration"], self._end_of_piece - new["start"])
        for note in new:
            ends = following["part"] == note["part"]
            if self._roles[int(note["part"])].has_chords:
                ends &= following["pitch"] == note["pitch"]
            if ends.any():
                latest = following["start"][ends].min() - note["start"]
                note["duration"] = min(note["duration"], latest)
        return replace(self.score, notes=np.concatenate([notes[~inside], new]))

    def within(self, original: Score, infilled: Score) -> Score:
        """The new notes in the piece as it was before it was placed on the grid."""
        resolution = math.lcm(original.resolution, infilled.resolution)
        if resolution > MAX_RESOLUTION:
            return infilled
        ticks = self.model.encoding.grid.ticks
        placed = original.notes.copy()
        units = original.notes["start"] * self.score.resolution / (original.resolution * ticks)
        placed["start"] = np.rint(units).astype(np.int64) * ticks
        new = infilled.at_resolution(resolution).notes[self._are_replaced(infilled.notes)]
        original = original.at_resolution(resolution)
        staying = original.notes[~self._are_replaced(placed)]
        return replace(original, notes=np.concatenate([staying, new]))

    def _are_replaced(self, notes: np.ndarray) -> np.ndarray:
        """Whether notes of the piece give way to new ones: (N,) bool."""
        return np.asarray((notes["start"] >= self.start) & (notes["start"] < self.end))

    def _are_held(self, new: np.ndarray) -> np.ndarray:
        """Whether a key of new notes still sounds in its part, struck before the range: (N,)."""
        notes = self.score.notes
        before = notes[notes["start"] < self.start]
        same = (before["part"] == new["part"][:, None]) & (before["pitch"] == new["pitch"][:, None])
        ends = np.where(same, before["start"] + before["duration"], 0)
        return ends.max(axis=1, initial=0) > new["start"]

    @cached_property
    def _part_numbers(self) -> tuple[int, ...]:
        """For each role the part of the score, the first where several were merged."""
        if self.drawn is not None:
            return tuple(np.argsort(written_order(self.drawn.roles)).tolist())
        of_note, roles = assign_roles(self.score.notes, self.score.parts)
        parts = self.score.notes["part"]
        return tuple(int(parts[of_note == role].min()) for role in range(len(roles)))

    @cached_property
    def _roles(self) -> dict[int, Role]:
        """The roles by the parts of the score."""
        assert isinstance(self.opening, PartsSteps)
        return dict(zip(self._part_numbers, self.opening.roles, strict=True))

    def _new_notes(self, fields: np.ndarray) -> np.ndarray:
        """Decode drawn steps as notes of this piece, those of the range alone."""
        notes = self.model.encoding.decode(replace(self.opening, fields=fields)).notes
        notes = notes[(notes["start"] >= self.start) & (notes["start"] < self.end)]
        programs = np.array([part.program for part in self.score.parts], np.int16)
        notes["part"] = np.array(self._part_numbers, np.int16)[notes["part"]]
        notes["program"] = programs[notes["part"]]
        if len(self.model.encoding.fields) == 3:  # velocities are not drawn
            notes["velocity"] = int(np.median(self.score.notes["velocity"]))
        return notes

    def _following_steps(self, steps: Steps) -> int:
        assert isinstance(steps, PartsSteps)
        return int((steps.schedule[1] >= self._units(self.end)).sum())

    def _shared_steps(self, pieces: Sequence[Steps]) -> np.ndarray:
        """The first steps, which all pieces share; what a part plays next may differ before it."""
        shortest = min(map(len, pieces))
        same = np.all([p.fields[:shortest] == pieces[0].fields[:shortest] for p in pieces], axis=0)
        return pieces[0].fields[: int(np.argmin([*same.all(axis=1), False]))]

    def _units(self, tick: int) -> int:
        return -(-tick // self.model.encoding.grid.ticks)
