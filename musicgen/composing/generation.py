"""Generation of variations from a model, settings and a primer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

import numpy as np

from musicgen.composing.asked_chords import asked_chords
from musicgen.composing.bars import bar_start
from musicgen.composing.constraints.assembly import build_rules
from musicgen.composing.constraints.build import build_constraints
from musicgen.composing.decoding.decoder import BatchDecoder
from musicgen.composing.decoding.parallel import (
    MAX_BATCHES,
    Stop,
    run_in_parallel,
    split_into_batches,
)
from musicgen.composing.decoding.particles import (
    PARTICLES,
    CriticWeights,
    LikelihoodWeights,
    ParticleFilter,
)
from musicgen.composing.decoding.prompt import Prompt, bounded_prompt, build_prompt
from musicgen.composing.given_parts import GivenMusic
from musicgen.composing.originality.index import OriginalityIndex
from musicgen.composing.parts_of_pieces import as_written, in_one_part, with_program
from musicgen.composing.random_streams import Purpose, random_stream
from musicgen.composing.settings import ENDING_BARS, ComposeSettings
from musicgen.encoding.model_interface import Critic, Model, Stepper
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.roles import Ensemble
from musicgen.encoding.steps import Encoding, Steps
from musicgen.metres import bar_positions
from musicgen.score import Score, without_overlaps

# on_bar gets the whole piece so far. It is called for each of the first bars, and then whenever the
# piece has grown by this fraction of it: the calls take time in proportion to the length.
BARS_ONE_BY_ONE = 32

OnBar: TypeAlias = Callable[[int, int, Score], None]  # variation, bars done, the score so far


@dataclass(frozen=True, eq=False)
class Composition:
    """Notes of a composed piece, how they were generated, and their log-likelihood."""

    score: Score
    steps: Steps  # the primer's first; last notes as they were drawn, not yet cut at the end
    log_likelihood: np.ndarray  # (N, F) natural logs, of the steps after the primer's
    primer_notes: int  # the first notes of the score
    settings: ComposeSettings
    variation: int  # index of the random stream
    finished: bool  # False where it was stopped
    seconds: float  # that the whole batch took
    fork: Stepper | None = None  # state of the model before the bars that an ending replaces
    transposed: int = 0  # semitones that the score has been moved by since it was drawn

    @property
    def composed(self) -> Score:
        """The score without the primer."""
        return replace(self.score, notes=self.score.notes[self.primer_notes :])

    @property
    def nats_per_note(self) -> float:
        """Minus the log-likelihood per composed note; 0 where there is none."""
        composed = len(self.score) - self.primer_notes
        return -float(self.log_likelihood.sum()) / composed if composed else 0.0


def build_decoder(
    model: Model,
    settings: ComposeSettings,
    piece: Steps,
    generators: Sequence[np.random.Generator],
    index: OriginalityIndex | None,
    *,
    bars: int = 0,
    last_bar: tuple[int, int] | None = None,
    first_onset: int | None = None,
    critic: Critic | None = None,
    fork_at: int | None = None,
) -> BatchDecoder:
    """Build a decoder of pieces like `piece` with the rules and constraints of the settings.

    bars: of the whole piece, 0 for any number. last_bar: ticks, the start and end of the last bar
    that is composed. first_onset: the tick before which no new note begins. critic, fork_at: see
    BatchDecoder. InvalidSetting where the settings and the model do not go together.
    """
    rules = build_rules(model.encoding, settings, piece, last_bar, first_onset)
    constraints = build_constraints(model.encoding, settings, piece, index, len(generators))
    end = last_bar[1] if last_bar else None
    return BatchDecoder(
        model,
        settings,
        piece,
        generators,
        rules,
        constraints,
        bars=bars,
        end=end,
        critic=critic,
        fork_at=fork_at,
    )


def generate(
    model: Model,
    settings: ComposeSettings,
    primer: Score | None = None,
    on_bar: OnBar | None = None,
    stop: Stop | None = None,
    *,
    index: OriginalityIndex | None = None,
    ensemble: Ensemble | None = None,
    variations: Sequence[int] | None = None,
    given: GivenMusic | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[Composition, ...]:
    """Generate variations, several in one batch.

    A piece of N bars ends where an onset would fall beyond bar N; notes that sound beyond it are
    cut there. on_bar is called for bars of the first variation; stop() ends all variations where
    they are, and is called from several threads. index: training pieces for settings.max_copy.
    ensemble: parts and key, for models of `parts`. variations: by default the first ones; each is
    the same music in any batch. given: parts to compose the others for. InvalidSetting where the
    settings, the primer and the model do not go together.
    """
    started = clock()
    indices = list(range(settings.variations) if variations is None else variations)
    prompt = _prompt(model.encoding, settings, primer, ensemble, given)
    generation = _Generation(model, settings, prompt, index, given)
    batches = generation.batches(indices)
    tasks = [
        partial(generation.decode, batch, on_bar if not i else None)
        for i, batch in enumerate(batches)
    ]
    decoded: list[tuple[BatchDecoder, bool]] = []
    for first in range(0, len(tasks), MAX_BATCHES):
        decoded += run_in_parallel(tasks[first : first + MAX_BATCHES], stop)
    finished, seconds = all(is_whole for _, is_whole in decoded), clock() - started
    return tuple(
        generation.composition(decoder, row, variation, finished, seconds)
        for batch, (decoder, _) in zip(batches, decoded, strict=True)
        for row, variation in enumerate(batch)
    )


def _prompt(
    encoding: Encoding,
    settings: ComposeSettings,
    primer: Score | None,
    ensemble: Ensemble | None,
    given: GivenMusic | None,
) -> Prompt:
    if given is None:
        return build_prompt(encoding, settings, primer, ensemble)
    steps = given.steps
    chords = asked_chords(encoding, settings, steps.metres)
    return bounded_prompt(encoding, settings, replace(steps, chords=chords))


@dataclass(frozen=True)
class _Generation:
    """Inputs that all variations share."""

    model: Model
    settings: ComposeSettings
    prompt: Prompt
    index: OriginalityIndex | None
    given: GivenMusic | None

    def decode(
        self, variations: Sequence[int], on_bar: OnBar | None, stop: Stop
    ) -> tuple[BatchDecoder, bool]:
        """Draw variations in one batch until they end; False where they were stopped before.

        Where it has particles, it is one variation.
        """
        decoder = self._decoder(variations)
        particles = self._filter(decoder, variations[0]) if self.particles > 1 else None
        reported_bars = 0
        for _ in range(self.prompt.max_steps - len(self.prompt.steps)):
            if stop():
                return decoder, False
            if not len(decoder.rows):
                break
            decoder.step()
            if particles is not None:
                particles.after_step()
            if on_bar is not None and (bars := self._bars_to_report(decoder, reported_bars)):
                on_bar(variations[0], bars, self._score(decoder.steps(0)))
                reported_bars = bars
        return decoder, True

    @property
    def particles(self) -> int:
        """Number of pieces that are drawn at once for each variation."""
        if self.given is not None:
            return PARTICLES
        return self.settings.particles if self.model.critic is not None else 1

    def batches(self, variations: Sequence[int]) -> Sequence[Sequence[int]]:
        """Variations that are drawn together: one, where it has particles."""
        if self.particles > 1:
            return [[variation] for variation in variations]
        return split_into_batches(variations)

    def _decoder(self, variations: Sequence[int]) -> BatchDecoder:
        """Build the decoder of these variations and feed it the prompt."""
        model, settings, prompt = self.model, self.settings, self.prompt
        streams: list[tuple[int, ...]] = [(variation,) for variation in variations]
        if self.particles > 1:
            streams = [(variations[0], particle) for particle in range(self.particles)]
        generators = [random_stream(Purpose.VARIATION, settings.seed, *s) for s in streams]
        decoder = build_decoder(
            model,
            settings,
            prompt.steps,
            generators,
            self.index,
            bars=settings.all_bars or 0,
            last_bar=prompt.last_bar,
            critic=model.critic if self.given is None and self.particles > 1 else None,
            fork_at=self._ending_start() if settings.endings else None,
        )
        windows = model.warmup_windows
        if not len(prompt.steps) and windows:
            decoder.warm_up([windows[int(rng.integers(len(windows)))] for rng in generators])
        decoder.feed(prompt.steps.fields)
        return decoder

    def _filter(self, decoder: BatchDecoder, variation: int) -> ParticleFilter:
        stream = random_stream(Purpose.VARIATION, self.settings.seed, variation, self.particles)
        if self.given is None:
            critic = self.model.critic
            assert critic is not None  # else the pieces are no particles
            return ParticleFilter(decoder, stream, CriticWeights(decoder, critic.exponent))
        return ParticleFilter(decoder, stream, LikelihoodWeights(decoder, self.given.steps.roles))

    def _ending_start(self) -> int | None:
        """The tick where the bars begin that an ending replaces; None for a piece without."""
        first_bar = (self.settings.all_bars or 0) - ENDING_BARS
        if first_bar <= 0:
            return None
        return bar_start(self.prompt.metres, first_bar, self.model.encoding.grid.resolution)

    def _bars_to_report(self, decoder: BatchDecoder, reported: int) -> int:
        """Finished bars of the first piece; 0 where there are too few new ones to report."""
        if 0 not in decoder.rows:
            return 0
        resolution = self.model.encoding.grid.resolution
        bars = int(bar_positions(self.prompt.metres, decoder.onsets()[:1], resolution)[0][0])
        return bars if bars > reported + reported // BARS_ONE_BY_ONE else 0

    def _score(self, fields: np.ndarray) -> Score:
        """Decode steps, with the instrument of the settings, cut at the end of the last bar."""
        settings, encoding = self.settings, self.model.encoding
        score = encoding.decode(replace(self.prompt.steps, fields=fields))
        if self.prompt.end is not None:
            score = score.until(self.prompt.end)
        if self.given is not None:
            return self.given.with_composed(score)
        if isinstance(encoding, PartsEncoding):
            score = as_written(score, self.prompt.steps)
        else:  # not every model leaves out keys that sound
            score = score.with_notes(without_overlaps(score.notes))
        if settings.program is None:
            return score
        if isinstance(encoding, PartsEncoding) or len(self.prompt.steps):
            return with_program(score, settings.program)
        return in_one_part(score, settings.program)

    def composition(
        self, decoder: BatchDecoder, row: int, variation: int, finished: bool, seconds: float
    ) -> Composition:
        fields, prompt = decoder.steps(row), self.prompt.steps
        return Composition(
            score=self._score(fields),
            steps=replace(prompt, fields=fields),
            log_likelihood=decoder.log_likelihood(row),
            primer_notes=len(self.model.encoding.decode(prompt)),
            settings=self.settings,
            variation=variation,
            finished=finished,
            seconds=seconds,
            fork=decoder.forks.get(row),
        )
