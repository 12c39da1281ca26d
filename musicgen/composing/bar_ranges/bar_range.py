"""Ranges of bars of a piece, to be composed again: candidates are drawn, joined and compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TypeAlias

import numpy as np

from musicgen.composing.bars import bar_start
from musicgen.composing.decoding.decoder import BatchDecoder
from musicgen.composing.decoding.likelihood import step_log_likelihoods
from musicgen.composing.decoding.parallel import (
    Stop,
    check_stop,
    run_in_parallel,
    split_into_batches,
)
from musicgen.composing.generation import build_decoder
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.settings import MAX_NOTES, ComposeSettings
from musicgen.encoding.model_interface import Model, Stepper
from musicgen.encoding.steps import Steps
from musicgen.score import Score, without_overlaps

FOLLOWING_NOTES = 48  # after the range, by which candidates are compared

# Returns the random numbers of a candidate, by its number.
CandidateStream: TypeAlias = Callable[[int], np.random.Generator]


@dataclass(frozen=True)
class BarRange:
    """A range of bars of a piece, to be composed again."""

    model: Model
    settings: ComposeSettings
    score: Score
    first_bar: int
    last_bar: int
    fork: Stepper | None = None  # state of the model after the steps before the range

    @cached_property
    def start(self) -> int:
        return self._start_of(self.first_bar)

    @cached_property
    def end(self) -> int:
        return min(self._start_of(self.last_bar + 1), self._end_of_piece)

    @cached_property
    def opening(self) -> Steps:
        """The steps before the range."""
        notes = self.score.notes
        earlier = replace(self.score, notes=notes[notes["start"] < self.start])
        return self.model.encoding.encode(earlier)

    @property
    def before(self) -> np.ndarray:
        """The fields of the steps before the range: (N, F)."""
        return self.opening.fields

    @cached_property
    def _end_of_piece(self) -> int:
        return self._start_of(self.score.bars)

    def _start_of(self, bar: int) -> int:
        return bar_start(self.score.metres, bar, self.score.resolution)

    def draw(
        self,
        count: int,
        stream: CandidateStream,
        index: OriginalityIndex | None,
        stop: Stop | None,
    ) -> list[np.ndarray]:
        """Draw the notes of each candidate. Raises Cancelled where stop() is true."""
        _ = self.before  # computed once, not in each thread
        batches = split_into_batches(range(count))
        tasks = [partial(self._draw_batch, batch, stream, index) for batch in batches]
        return [notes for batch in run_in_parallel(tasks, stop) for notes in batch]

    def _draw_batch(
        self,
        candidates: Sequence[int],
        stream: CandidateStream,
        index: OriginalityIndex | None,
        stop: Stop,
    ) -> list[np.ndarray]:
        decoder = self._decoder(candidates, stream, index, self.end)
        decoder.feed(self.before, self.fork, stop)
        while len(decoder.rows) and decoder.lengths.max() < MAX_NOTES:
            check_stop(stop)
            decoder.step()
        return [self._new_notes(decoder.steps(row)) for row in range(len(candidates))]

    def _decoder(
        self,
        candidates: Sequence[int],
        stream: CandidateStream,
        index: OriginalityIndex | None,
        end: int,
    ) -> BatchDecoder:
        """Decoder of candidates from the start of the range to a tick, `end`."""
        return build_decoder(
            self.model,
            replace(self.settings, form=""),  # the form says nothing of bars in the middle
            self.opening,
            [stream(candidate) for candidate in candidates],
            index,
            bars=self.score.bars,
            last_bar=(self._start_of(self.last_bar), end),
            first_onset=self.start,
        )

    def with_notes(self, new: np.ndarray) -> Score:
        """The piece with new notes in place of those in the range."""
        notes = self.score.notes
        inside = (notes["start"] >= self.start) & (notes["start"] < self.end)
        outside, following = notes[~inside], notes[notes["start"] >= self.end]
        new = new.copy()
        new["duration"] = np.minimum(new["duration"], self._end_of_piece - new["start"])
        for note in new:
            again = following["start"][following["pitch"] == note["pitch"]]
            if len(again):
                note["duration"] = min(note["duration"], again.min() - note["start"])
        return self.score.with_notes(np.concatenate([outside, new]))

    def following_log_likelihoods(
        self, scores: Sequence[Score], stop: Stop | None = None
    ) -> list[float]:
        """Log-likelihood (natural) per note after the range, for each of these pieces.

        Raises Cancelled where stop() is true.
        """
        steps = [self.model.encoding.encode(score) for score in scores]
        following = self._following_steps(steps[0])
        if not following:
            return [0.0] * len(scores)
        compared, before = min(following, FOLLOWING_NOTES), self._shared_steps(steps)
        pieces = [s.fields[len(before) : len(s) - following + compared] for s in steps]
        values = step_log_likelihoods(
            self.model, steps[0], self.score.bars, before, pieces, self.fork, stop
        )
        return [float(value[-compared:].sum()) / compared for value in values]

    def _following_steps(self, steps: Steps) -> int:
        """Number of the steps of a piece after the range."""
        onsets = np.cumsum(steps.fields[:, 0]) * self.model.encoding.grid.ticks
        return int((onsets >= self.end).sum())

    def _shared_steps(self, pieces: Sequence[Steps]) -> np.ndarray:
        """The first steps, which all pieces share: (N, F)."""
        return self.before

    def _new_notes(self, fields: np.ndarray) -> np.ndarray:
        """Decode drawn steps as notes of this piece, those of the range alone."""
        encoding, old = self.model.encoding, self.score.notes
        notes = encoding.decode(replace(self.opening, fields=fields)).notes
        notes = notes[(notes["start"] >= self.start) & (notes["start"] < self.end)]
        drawn = {field.name for field in encoding.fields}
        for name, setting in (("velocity", None), ("program", self.settings.program)):
            if name not in drawn or setting is not None:
                notes[name] = int(np.median(old[name])) if setting is None else setting
        # Not every model leaves out keys that sound: an n-gram, for one, does not know of them.
        free = notes["start"] >= self._held_until[notes["pitch"]]
        return without_overlaps(notes[free])

    @cached_property
    def _held_until(self) -> np.ndarray:
        """Tick at which each key is released by the notes before the range: (128,)."""
        ends = np.zeros(128, np.int64)
        earlier = self.score.notes[self.score.notes["start"] < self.start]
        np.maximum.at(ends, earlier["pitch"], earlier["start"] + earlier["duration"])
        return ends
