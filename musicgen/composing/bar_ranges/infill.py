"""Infilling: some bars of a piece composed again, to fit the notes before and after them.

Several candidates are drawn after the notes before the range; the one is taken after which the
model finds the following notes most likely. Notes that begin outside of the range stay as they
are. Those that sound into it keep their keys until they end; new notes that sound beyond it end
where their key is struck again, and at the end of the piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from musicgen.composing.bar_ranges.given_bar_range import range_of_bars
from musicgen.composing.bar_ranges.parts_bar_range import PartsBarRange
from musicgen.composing.bars import bar_start
from musicgen.composing.decoding.parallel import Stop
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.random_streams import Purpose, random_stream
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.voices import known_voices
from musicgen.encoding.model_interface import Model
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.errors import Cancelled, InvalidSetting
from musicgen.score import Score
from musicgen.theory.voice_separation import separate_voices

CANDIDATES = 8


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
    parts: Sequence[int] | None = None,
    candidates: int = CANDIDATES,
    index: OriginalityIndex | None = None,
    stop: Stop | None = None,
) -> Infill | None:
    """Compose bars first_bar to last_bar (from 0, both included) again; None where stopped.

    parts: numbers of the parts that are composed again; None for all.

    The seed, the sampling and the rules of the settings apply, their length and form do not.
    InvalidSetting where the piece has no such bars, and for models of `notes`, which have none.
    """
    if isinstance(model.encoding, NotesEncoding):
        raise InvalidSetting("a model of `notes` cannot compose single bars again")
    if not 0 <= first_bar <= last_bar < score.bars:
        raise InvalidSetting(
            f"bars {first_bar + 1} to {last_bar + 1} are not of this piece of {score.bars} bars"
        )
    placed = _on_grid(model, score)
    bar_range = range_of_bars(model, settings, placed, first_bar, last_bar, parts)
    stream = partial(random_stream, Purpose.INFILL, settings.seed)
    try:
        drawn = bar_range.draw(candidates, stream, index, stop)
        drawn = [notes for notes in drawn if len(notes)] or drawn  # silence only if all are silent
        scores = [bar_range.with_notes(notes) for notes in drawn]
        log_likelihoods = bar_range.following_log_likelihoods(scores, stop)
    except Cancelled:
        return None
    best = int(np.argmax(log_likelihoods))
    infilled = _in_voices(scores[best], placed, settings.parts or 0, first_bar, last_bar)
    if isinstance(bar_range, PartsBarRange) and placed.is_performance == score.is_performance:
        infilled = bar_range.within(score, infilled)
    return Infill(infilled, first_bar, last_bar, len(drawn[best]), log_likelihoods[best])


def _in_voices(score: Score, before: Score, count: int, first_bar: int, last_bar: int) -> Score:
    """The score in `count` voices; notes outside of the bars keep those that they were in."""
    start, stop = (
        bar_start(before.metres, bar, before.resolution) for bar in (first_bar, last_bar + 1)
    )
    starts = before.notes["start"]
    outside = before.with_notes(before.notes[(starts < start) | (starts >= stop)])
    voices = {part: part for part in range(count)}
    return separate_voices(score, count, known_voices(outside, voices, score))


def _on_grid(model: Model, score: Score) -> Score:
    """The score on the grid of the model, without drums where it knows no parts."""
    grid = model.encoding.grid
    has_parts = isinstance(model.encoding, PartsEncoding)
    return grid.on_clock(score) if has_parts else grid.place(score)
