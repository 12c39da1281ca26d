"""From a model and settings to new pieces."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from musicgen.composing.bars import bar_start
from musicgen.composing.constraints.build import build_constraints
from musicgen.composing.constraints.rules import rules_for
from musicgen.composing.decoding.decoder import BatchDecoder
from musicgen.composing.decoding.parallel import Stop, in_batches, side_by_side
from musicgen.composing.decoding.prompt import Prompt, closed, opening
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.random_streams import Purpose, random_stream
from musicgen.composing.settings import ENDING_BARS, ComposeSettings
from musicgen.encoding.model_interface import Model, Stepper
from musicgen.encoding.steps import Steps
from musicgen.score import Score, bar_positions

# So many bars are told one by one. Whoever hears of bars gets the whole piece so far: beyond them
# the piece has to grow by this part of it, so that telling takes time in proportion to its length.
BARS_ONE_BY_ONE = 32

OnBar = Callable[[int, int, Score], None]


@dataclass(frozen=True, eq=False)
class Composition:
    """A composed piece, how it came about and how likely the model finds it."""

    score: Score
    steps: Steps  # the primer's first; final notes as they were drawn, not yet cut at the end
    log_likelihood: Mapping[str, float]  # natural log, of all drawn notes together, by field
    primer_notes: int  # of the score's notes, the first
    settings: ComposeSettings
    variation: int  # with the settings it says which random numbers were used
    finished: bool  # False where it was stopped
    seconds: float  # of the whole batch
    fork: Stepper | None = None  # the model before the bars that are drawn again for an ending

    @property
    def composed(self) -> Score:
        """The score without the primer."""
        return replace(self.score, notes=self.score.notes[self.primer_notes :])

    @property
    def nats_a_note(self) -> float:
        """Minus the log-likelihood of the notes drawn, for each of them; 0 for none."""
        drawn = len(self.score) - self.primer_notes
        return -sum(self.log_likelihood.values()) / drawn if drawn else 0.0


def compose(
    model: Model,
    settings: ComposeSettings,
    primer: Score | None = None,
    on_bar: OnBar | None = None,
    stop: Stop | None = None,
    *,
    index: OriginalityIndex | None = None,
    variations: Sequence[int] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[Composition, ...]:
    """Compose variations, several of them side by side.

    A piece of N bars ends where an onset would fall beyond bar N; notes that still sound there
    are cut. on_bar(variation, bars, score) hears of each bar of the first of them that is done,
    and of a long piece once in a while; stop() ends everything where it is, and is asked by more
    threads than one. index is what `settings.max_copy` is held to. variations names those wanted
    where they are not the first ones: each is the same music in any company.
    ValueError where the settings, the primer and the model do not go together.
    """
    began = clock()
    wanted = list(range(settings.variations) if variations is None else variations)
    piece = _Piece(model, settings, opening(model.encoding, settings, primer), index)
    batches = in_batches(wanted)
    tasks = [
        partial(piece.drawn, batch, on_bar if not i else None) for i, batch in enumerate(batches)
    ]
    written = side_by_side(tasks, stop)
    finished, seconds = all(whole for _, whole in written), clock() - began
    return tuple(
        piece.composition(writing, row, variation, finished, seconds)
        for batch, (writing, _) in zip(batches, written, strict=True)
        for row, variation in enumerate(batch)
    )


@dataclass(frozen=True)
class _Piece:
    """What all variations of a piece share."""

    model: Model
    settings: ComposeSettings
    start: Prompt
    index: OriginalityIndex | None

    def drawn(
        self, variations: Sequence[int], on_bar: OnBar | None, stop: Stop
    ) -> tuple[BatchDecoder, bool]:
        """Variations drawn to their end, in one batch; False where they were stopped before."""
        writing = self._writing(variations)
        told = 0  # bars that on_bar has heard of
        for _ in range(self.start.most_steps - len(self.start.steps)):
            if stop():
                return writing, False
            if not len(writing.rows):
                break
            writing.step()
            if on_bar is not None and (bars := self._bars_done(writing, told)):
                on_bar(variations[0], bars, self._score(writing.steps(0)))
                told = bars
        return writing, True

    def _writing(self, variations: Sequence[int]) -> BatchDecoder:
        """The variations, with the opening heard."""
        encoding, settings, start = self.model.encoding, self.settings, self.start
        generators = [random_stream(Purpose.VARIATION, settings.seed, v) for v in variations]
        rules = rules_for(encoding, settings, start.metres, start.last_bar)
        constraints = build_constraints(
            encoding, settings, start.metres, self.index, len(variations)
        )
        writing = BatchDecoder(
            self.model,
            settings,
            start.metres,
            generators,
            rules,
            constraints,
            start.end,
            self._ending() if settings.endings else None,
        )
        if not len(start.steps) and self.model.warmup_windows:
            chosen = [int(rng.integers(len(self.model.warmup_windows))) for rng in generators]
            writing.warm_up([self.model.warmup_windows[number] for number in chosen])
        writing.hear(start.steps.fields)
        return writing

    def _ending(self) -> int | None:
        """Where the bars begin that are drawn again for an ending; None where there are none."""
        first = (self.settings.all_bars or 0) - ENDING_BARS
        return bar_start(self.start.metres, first) if first > 0 else None

    def _bars_done(self, writing: BatchDecoder, told: int) -> int:
        """The bars of the first piece, where it goes on and has come far enough; otherwise 0."""
        if 0 not in writing.rows:
            return 0
        bars = int(bar_positions(self.start.metres, writing.onsets()[:1])[0][0])
        return bars if bars > told + told // BARS_ONE_BY_ONE else 0

    def _score(self, fields: np.ndarray) -> Score:
        """Steps as music: with the instrument that was asked for, closed at the end."""
        settings, encoding = self.settings, self.model.encoding
        score = closed(encoding.decode(replace(self.start.steps, fields=fields)), self.start.end)
        if settings.program is None:
            return score
        notes = score.notes.copy()
        notes["program"] = settings.program
        return replace(score, notes=notes)

    def composition(
        self, writing: BatchDecoder, row: int, variation: int, finished: bool, seconds: float
    ) -> Composition:
        fields, start = writing.steps(row), self.start.steps
        names = [field.name for field in self.model.encoding.fields]
        chances = writing.log_likelihood(row).tolist()
        return Composition(
            score=self._score(fields),
            steps=replace(start, fields=fields),
            log_likelihood=dict(zip(names, chances, strict=True)),
            primer_notes=len(self.model.encoding.decode(start)),
            settings=self.settings,
            variation=variation,
            finished=finished,
            seconds=seconds,
            fork=writing.forks.get(row),
        )
