"""A stretch of a piece composed again, to fit what stands before and after it.

Many candidates are drawn after what stands before; the best is the one after which the model
expects most what follows. All notes that begin outside of the stretch stay as they are. Those
that sound into it keep their keys until they end; new notes that sound beyond it end where
their key is struck again, and at the end of the piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from musicgen.composing.bars import bar_start
from musicgen.composing.constraints.build import build_constraints
from musicgen.composing.constraints.rules import Rules, not_before, rules_for, sounding
from musicgen.composing.decoding.compose import Composition
from musicgen.composing.decoding.decoder import BatchDecoder
from musicgen.composing.decoding.likelihood import expectation
from musicgen.composing.decoding.parallel import Stop, in_batches, side_by_side
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.random_streams import Purpose, random_stream
from musicgen.composing.settings import MAX_NOTES, MAX_SILENCE_QUARTERS, ComposeSettings
from musicgen.encoding.events import SHIFT
from musicgen.encoding.grid import GRID_TICKS
from musicgen.encoding.model_interface import Model, Stepper
from musicgen.encoding.notes import NotesEncoding
from musicgen.score import Score, without_overlaps
from musicgen.theory.voice_separation import separate_voices

CANDIDATES = 8
FOLLOWING = 48  # notes after the stretch that the candidates are judged by


@dataclass(frozen=True, eq=False)
class Rewritten:
    """A piece with a stretch of bars composed again."""

    score: Score
    first_bar: int
    last_bar: int
    new_notes: int
    fits: float  # log-likelihood (natural) of what follows, a note; 0 where nothing does


def infill(
    model: Model,
    settings: ComposeSettings,
    score: Score,
    first_bar: int,
    last_bar: int,
    *,
    candidates: int = CANDIDATES,
    index: OriginalityIndex | None = None,
    stop: Stop | None = None,
) -> Rewritten | None:
    """Compose bars first_bar to last_bar (from 0, both included) again; None where stopped.

    The settings' seed, sampling and rules count, their length does not. ValueError where the
    bars are not of the piece, and for models of `notes`, which know nothing of bars.
    """
    if isinstance(model.encoding, NotesEncoding):
        raise ValueError("a model of `notes` cannot compose single bars again")
    if not 0 <= first_bar <= last_bar < score.bars:
        raise ValueError(
            f"bars {first_bar + 1} to {last_bar + 1} are not of this piece of {score.bars} bars"
        )
    stretch = BarRange(model, replace(settings, form=""), score, first_bar, last_bar)
    drawn = stretch.draw(candidates, index, stop)
    if drawn is None:
        return None
    drawn = [notes for notes in drawn if len(notes)] or drawn  # silence only if all are silent
    scores = [stretch.joined(notes) for notes in drawn]
    fits = stretch.fits(scores)
    best = int(np.argmax(fits))
    joined = separate_voices(scores[best], settings.parts or 0)
    return Rewritten(joined, first_bar, last_bar, len(drawn[best]), fits[best])


@dataclass(frozen=True)
class BarRange:
    """Some bars of a piece, to be drawn anew."""

    model: Model
    settings: ComposeSettings
    score: Score
    first_bar: int
    last_bar: int
    made: Composition | None = None  # that the score is of, where the model has been kept of it

    @cached_property
    def start(self) -> int:
        return bar_start(self.score.metres, self.first_bar)

    @cached_property
    def end(self) -> int:
        return min(bar_start(self.score.metres, self.last_bar + 1), self._end_of_piece)

    @cached_property
    def _end_of_piece(self) -> int:
        return bar_start(self.score.metres, self.score.bars)

    def draw(
        self, count: int, index: OriginalityIndex | None, stop: Stop | None
    ) -> list[np.ndarray] | None:
        """The new notes of each candidate, as they were drawn; None where stopped."""
        before = self._before()
        tasks = [partial(self._drawn, batch, before, index) for batch in in_batches(range(count))]
        drawn = side_by_side(tasks, stop)
        if any(batch is None for batch in drawn):
            return None
        return [notes for batch in drawn for notes in batch or ()]

    def _drawn(
        self,
        candidates: Sequence[int],
        before: np.ndarray,
        index: OriginalityIndex | None,
        stop: Stop,
    ) -> list[np.ndarray] | None:
        """The same of some candidates, in one batch."""
        model, metres, end = self.model, self.score.metres, self.end
        settings = replace(self.settings, bars=self.score.bars, pickup=0.0, notes=None)
        generators = [self._random_stream(candidate) for candidate in candidates]
        rules = self._rules(settings)
        constraints = build_constraints(model.encoding, settings, metres, index, len(candidates))
        writing = BatchDecoder(model, settings, metres, generators, rules, constraints, end)
        writing.hear(before, self._fork(before))
        while len(writing.rows) and writing.lengths.max() < MAX_NOTES:
            if stop():
                return None
            writing.step()
        return [self._notes(writing.steps(row), len(before)) for row in range(len(candidates))]

    def _random_stream(self, candidate: int) -> np.random.Generator:
        if self.made is None:
            return random_stream(Purpose.INFILL, self.settings.seed, candidate)
        return random_stream(Purpose.ENDING, self.settings.seed, self.made.variation, candidate)

    def _rules(self, settings: ComposeSettings) -> Rules:
        """Those of the settings, and that all begins in the stretch."""
        metres = self.score.metres
        last_bar = (bar_start(metres, self.last_bar), self.end)
        # How long nothing may sound is asked last: what stands before may end far from here.
        unbounded = replace(settings, silence=MAX_SILENCE_QUARTERS)
        rules = dict(rules_for(self.model.encoding, unbounded, metres, last_bar))
        begins = not_before(-(-self.start // GRID_TICKS))
        return {**rules, SHIFT.name: (*rules[SHIFT.name], begins, sounding(settings.silence))}

    def joined(self, new: np.ndarray) -> Score:
        """The piece with these notes in place of the stretch's own."""
        notes = self.score.notes
        inside = (notes["start"] >= self.start) & (notes["start"] < self.end)
        kept, following = notes[~inside], notes[notes["start"] >= self.end]
        new = new.copy()
        new["duration"] = np.minimum(new["duration"], self._end_of_piece - new["start"])
        for note in new:
            again = following["start"][following["pitch"] == note["pitch"]]
            if len(again):
                note["duration"] = min(note["duration"], again.min() - note["start"])
        return replace(self.score, notes=np.concatenate([kept, new]))

    def fits(self, scores: Sequence[Score]) -> list[float]:
        """What the model expects of the notes that follow, a note, after each candidate."""
        encoding, before = self.model.encoding, self._before()
        steps = [encoding.encode(score).fields[len(before) :] for score in scores]
        following = int((self._on_grid().notes["start"] >= self.end).sum())
        if not following:
            return [0.0] * len(scores)
        judged = min(following, FOLLOWING)
        pieces = [fields[: len(fields) - following + judged] for fields in steps]
        found = expectation(self.model, self.score.metres, self.score.bars, before, pieces)
        return [float(chances[-judged:].sum()) / judged for chances in found]

    def _on_grid(self) -> Score:
        return self.model.encoding.canonical(self.score)

    def _before(self) -> np.ndarray:
        """The steps of what stands before the stretch: (N, F)."""
        notes = self.score.notes
        earlier = replace(self.score, notes=notes[notes["start"] < self.start])
        return self.model.encoding.encode(earlier).fields

    def _fork(self, before: np.ndarray) -> Stepper | None:
        """The model that has heard all before the stretch, where it heard just that."""
        if self.made is None or not np.array_equal(before, self.made.steps.fields[: len(before)]):
            return None
        return self.made.fork

    def _notes(self, fields: np.ndarray, skipped: int) -> np.ndarray:
        """Drawn steps as notes of this piece, without the first ones."""
        encoding, old = self.model.encoding, self.score.notes
        steps = replace(encoding.encode(self.score), fields=fields)
        notes = encoding.decode(steps).notes[skipped:]
        notes = notes[(notes["start"] >= self.start) & (notes["start"] < self.end)]
        drawn = {field.name for field in encoding.fields}
        for name, asked in (("velocity", None), ("program", self.settings.program)):
            if name not in drawn or asked is not None:
                notes[name] = int(np.median(old[name])) if asked is None else asked
        return without_overlaps(notes)
