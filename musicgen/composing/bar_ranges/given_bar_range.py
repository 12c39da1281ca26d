"""Ranges of bars, of all parts or some, for models that know given steps ahead of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from musicgen.composing.bar_ranges.bar_range import BarRange, CandidateStream
from musicgen.composing.bar_ranges.parts_bar_range import PartsBarRange
from musicgen.composing.decoding.parallel import Stop, check_stop, run_in_parallel
from musicgen.composing.decoding.particles import PARTICLES, LikelihoodWeights, ParticleFilter
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.settings import MAX_NOTES, ComposeSettings
from musicgen.encoding.model_interface import Model
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.steps_of_parts import PartsSteps
from musicgen.encoding.parts.surroundings import encode_surroundings
from musicgen.encoding.steps import Steps
from musicgen.errors import InvalidSetting
from musicgen.score import Score

FOLLOWING_QUARTERS = 8  # after the range, whose likelihood weighs the particles


def range_of_bars(
    model: Model,
    settings: ComposeSettings,
    score: Score,
    first_bar: int,
    last_bar: int,
    parts: Sequence[int] | None = None,
    *,
    drawn: Steps | None = None,
) -> BarRange:
    """The range of bars of a piece (from 0, both included), as a model's encoding needs it.

    parts: numbers of the parts of the piece that are composed; None for all. drawn: the steps of
    the piece, where it was drawn with these settings. InvalidSetting where the model cannot leave
    parts as they are, or the piece has no such parts.
    """
    encoding = model.encoding
    gives_steps = isinstance(encoding, PartsEncoding) and encoding.given_first
    if parts is not None and not gives_steps:
        raise InvalidSetting("this model composes all parts of bars again, and not some alone")
    if not isinstance(encoding, PartsEncoding):
        return BarRange(model, settings, score, first_bar, last_bar)
    if not gives_steps or (parts is None and last_bar + 1 == score.bars):
        # Nothing is given around the last bars.
        assert drawn is None or isinstance(drawn, PartsSteps)
        return PartsBarRange(model, settings, score, first_bar, last_bar, drawn=drawn)
    if parts is not None and not np.isin(score.notes["part"], parts).any():
        raise InvalidSetting("the chosen parts have no note in this piece")
    chosen = None if parts is None else tuple(parts)
    return GivenBarRange(model, settings, score, first_bar, last_bar, parts=chosen)


@dataclass(frozen=True)
class GivenBarRange(PartsBarRange):
    """A range of bars whose surroundings are given: what follows, and parts that stay."""

    parts: tuple[int, ...] | None = None  # of the score, that are composed; None for all

    @cached_property
    def _composed_roles(self) -> frozenset[int]:
        """Numbers of the roles that are composed."""
        assert isinstance(self.model.encoding, PartsEncoding)
        of_parts = self.model.encoding.role_of_parts(self.score)
        chosen = of_parts if self.parts is None else self.parts
        return frozenset(of_parts[part] for part in chosen if part in of_parts)

    @cached_property
    def opening(self) -> PartsSteps:
        """The steps before the range, with those around it as given steps."""
        assert isinstance(self.model.encoding, PartsEncoding)
        start, end = self._units(self.start), self._units(self.end)
        roles = self._composed_roles
        steps = encode_surroundings(self.model.encoding, self.score, start, end, roles)
        return replace(steps, chords=self._chords)

    def draw(
        self,
        count: int,
        stream: CandidateStream,
        index: OriginalityIndex | None,
        stop: Stop | None,
    ) -> list[np.ndarray]:
        """Draw the notes of candidates, which are particles of one filter: at least PARTICLES."""
        candidates = range(max(count, PARTICLES))
        [notes] = run_in_parallel([partial(self._draw_batch, candidates, stream, index)], stop)
        return notes

    def _draw_batch(
        self,
        candidates: Sequence[int],
        stream: CandidateStream,
        index: OriginalityIndex | None,
        stop: Stop,
    ) -> list[np.ndarray]:
        ticks = self.model.encoding.grid.resolution
        end = min(self.end + FOLLOWING_QUARTERS * ticks, self._end_of_piece)
        decoder = self._decoder(candidates, stream, index, end)
        decoder.feed(self.before, self.fork, stop)
        weights = LikelihoodWeights(decoder, self.opening.roles)
        particles = ParticleFilter(decoder, stream(len(candidates)), weights)
        while len(decoder.rows) and decoder.lengths.max() < MAX_NOTES:
            check_stop(stop)
            decoder.step()
            particles.after_step()
        return [self._new_notes(decoder.steps(row)) for row in range(len(candidates))]

    def _new_notes(self, fields: np.ndarray) -> np.ndarray:
        """Decode drawn steps as notes of this piece: those of the range and its parts alone."""
        notes = super()._new_notes(fields)
        return notes[self._are_composed(notes)]

    def _are_replaced(self, notes: np.ndarray) -> np.ndarray:
        return super()._are_replaced(notes) & self._are_composed(notes)

    def _are_composed(self, notes: np.ndarray) -> np.ndarray:
        """Whether notes are of parts that are composed: (N,) bool."""
        composed = [self._part_numbers[role] for role in self._composed_roles]
        return np.isin(notes["part"], composed)
