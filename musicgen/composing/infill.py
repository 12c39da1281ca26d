"""Infilling: some bars of a piece composed again, to fit the notes before and after them.

Several candidates are drawn after the notes before the range; the one is taken after which the
model finds the following notes most likely. Notes that begin outside of the range stay as they
are. Those that sound into it keep their keys until they end; new notes that sound beyond it end
where their key is struck again, and at the end of the piece.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TypeAlias

import numpy as np

from musicgen.composing.bars import bar_start
from musicgen.composing.decoding.likelihood import step_log_likelihoods
from musicgen.composing.decoding.parallel import (
    Stop,
    check_stop,
    run_in_parallel,
    split_into_batches,
)
from musicgen.composing.generation import build_decoder
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.random_streams import Purpose, random_stream
from musicgen.composing.settings import MAX_NOTES, ComposeSettings
from musicgen.encoding.model_interface import Model, Stepper
from musicgen.encoding.notes import NotesEncoding
from musicgen.errors import Cancelled, InvalidSetting
from musicgen.score import Score, without_overlaps
from musicgen.theory.voice_separation import separate_voices

CANDIDATES = 8
FOLLOWING_NOTES = 48  # after the range, by which candidates are compared

# Returns the random numbers of a candidate, by its number.
CandidateStream: TypeAlias = Callable[[int], np.random.Generator]


@dataclass(frozen=True, eq=False)
class Infill:
    """A piece with some bars composed again."""

    score: Score
    first_bar: int
    last_bar: int
    new_notes: int
    following_log_likelihood: float  # natural log per following note; 0 where none follows


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
) -> Infill | None:
    """Compose bars first_bar to last_bar (from 0, both included) again; None where stopped.

    The seed, the sampling and the rules of the settings apply, their length and form do not.
    InvalidSetting where the piece has no such bars, and for models of `notes`, which have none.
    """
    if isinstance(model.encoding, NotesEncoding):
        raise InvalidSetting("a model of `notes` cannot compose single bars again")
    if not 0 <= first_bar <= last_bar < score.bars:
        raise InvalidSetting(
            f"bars {first_bar + 1} to {last_bar + 1} are not of this piece of {score.bars} bars"
        )
    bar_range = BarRange(model, settings, score, first_bar, last_bar)
    stream = partial(random_stream, Purpose.INFILL, settings.seed)
    try:
        drawn = bar_range.draw(candidates, stream, index, stop)
        drawn = [notes for notes in drawn if len(notes)] or drawn  # silence only if all are silent
        scores = [bar_range.with_notes(notes) for notes in drawn]
        log_likelihoods = bar_range.following_log_likelihoods(scores, stop)
    except Cancelled:
        return None
    best = int(np.argmax(log_likelihoods))
    voiced = separate_voices(scores[best], settings.parts or 0)
    return Infill(voiced, first_bar, last_bar, len(drawn[best]), log_likelihoods[best])


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
    def before(self) -> np.ndarray:
        """The steps before the range: (N, F)."""
        notes = self.score.notes
        earlier = replace(self.score, notes=notes[notes["start"] < self.start])
        return self.model.encoding.encode(earlier).fields

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
        decoder = build_decoder(
            self.model,
            replace(self.settings, form=""),  # the form says nothing of bars in the middle
            self.model.encoding.encode(self.score),
            [stream(candidate) for candidate in candidates],
            index,
            bars=self.score.bars,
            last_bar=(self._start_of(self.last_bar), self.end),
            first_onset=self.start,
        )
        decoder.feed(self.before, self.fork, stop)
        while len(decoder.rows) and decoder.lengths.max() < MAX_NOTES:
            check_stop(stop)
            decoder.step()
        return [
            self._new_notes(decoder.steps(row), len(self.before)) for row in range(len(candidates))
        ]

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
        encoding, before = self.model.encoding, self.before
        on_grid = encoding.canonical(self.score)
        following = int((on_grid.notes["start"] >= self.end).sum())
        if not following:
            return [0.0] * len(scores)
        compared = min(following, FOLLOWING_NOTES)
        steps = [encoding.encode(score).fields[len(before) :] for score in scores]
        pieces = [fields[: len(fields) - following + compared] for fields in steps]
        values = step_log_likelihoods(
            self.model,
            encoding.encode(self.score),
            self.score.bars,
            before,
            pieces,
            self.fork,
            stop,
        )
        return [float(value[-compared:].sum()) / compared for value in values]

    def _new_notes(self, fields: np.ndarray, skipped: int) -> np.ndarray:
        """Decode drawn steps as notes of this piece, without the first ones."""
        encoding, old = self.model.encoding, self.score.notes
        steps = replace(encoding.encode(self.score), fields=fields)
        notes = encoding.decode(steps).notes[skipped:]
        notes = notes[(notes["start"] >= self.start) & (notes["start"] < self.end)]
        drawn = {field.name for field in encoding.fields}
        for name, setting in (("velocity", None), ("program", self.settings.program)):
            if name not in drawn or setting is not None:
                notes[name] = int(np.median(old[name])) if setting is None else setting
        return without_overlaps(notes)
