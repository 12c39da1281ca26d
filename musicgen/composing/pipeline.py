"""Composing pipeline: generate, retry degenerate pieces, rank, close, transpose."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from musicgen.composing.asked_chords import in_key_of_chords
from musicgen.composing.bar_ranges.infill import infill
from musicgen.composing.bars import bar_start
from musicgen.composing.decoding.likelihood import step_log_likelihoods
from musicgen.composing.decoding.parallel import Stop
from musicgen.composing.ending import is_open, with_ending
from musicgen.composing.generation import Composition, OnBar, generate
from musicgen.composing.given_parts import GivenMusic
from musicgen.composing.parts_of_pieces import encode_composed, steps_of_primer
from musicgen.composing.piece import Piece, evaluate
from musicgen.composing.ranking import rank, replace_open
from musicgen.composing.resolved_settings import resolve_settings, settings_of_finished
from musicgen.composing.settings import DEFAULT_TEMPERATURE, KNOWN_BY_PARTS, ComposeSettings
from musicgen.composing.style.sampling import (
    choose_ensemble,
    key_number,
    part_names,
    with_ensemble,
)
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.composing.style.transposition import style_transposition
from musicgen.composing.voices import in_voices, placed_on_grid, reporting_voices
from musicgen.encoding.model_interface import Model
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.errors import Cancelled, InvalidSetting
from musicgen.score import Score
from musicgen.theory.voice_separation import name_parts

CANDIDATES_WITHOUT_CRITIC = 4
MAX_RETRIES = 2  # further batches, for pieces with degenerate repetition


class Composer:
    """Composes pieces with one model and the profile of its training pieces."""

    def __init__(self, model: Model, profile: TrainingProfile) -> None:
        self.model = model
        self.profile = profile
        self._knows_parts = isinstance(model.encoding, PartsEncoding)

    def compose(
        self,
        settings: ComposeSettings,
        primer: Score | None = None,
        *,
        candidates: int = 0,
        on_bar: OnBar | None = None,
        stop: Stop | None = None,
    ) -> tuple[Piece, ...]:
        """Compose `settings.variations` pieces.

        candidates: number of pieces to choose the best from, where it is more than the variations;
        the best then come first. Pieces with degenerate repetition are replaced by the next
        variations, as long as there are retries.
        """
        settings = self._resolve(settings, primer)
        pieces = self._generate(
            settings, primer, max(settings.variations, candidates), on_bar, stop
        )
        order = rank([piece.penalty for piece in pieces])
        if candidates <= settings.variations:
            first = sorted(order[: settings.variations])
            return tuple(self._finish(pieces[index], primer, stop) for index in first)
        ranking = [pieces[index] for index in order]
        others = [p for p in ranking[settings.variations :] if p.degenerate_repetition is None]
        best = replace_open(
            ranking[: settings.variations],
            others,
            finish=lambda piece: self._finish(piece, primer, stop),
            stays_open=lambda piece: is_open(self.model, piece.composition),
        )
        return tuple(best)

    def compose_one(
        self,
        settings: ComposeSettings,
        variation: int = 0,
        primer: Score | None = None,
        *,
        on_bar: OnBar | None = None,
        stop: Stop | None = None,
    ) -> Piece:
        """Compose one variation by its number, as in a link or a recipe; without retries."""
        settings = self._resolve(settings, primer)
        [composition] = generate(
            self.model,
            settings,
            primer,
            reporting_voices(on_bar, settings, self.profile, self._on_grid(primer)),
            stop,
            index=self.profile.index,
            ensemble=choose_ensemble(settings, self.profile.styles),
            variations=[variation],
        )
        return self._finish(self._evaluate(composition), primer, stop)

    def accompany(
        self,
        settings: ComposeSettings,
        given: Score,
        variations: Sequence[int] | None = None,
        *,
        on_bar: OnBar | None = None,
        stop: Stop | None = None,
    ) -> tuple[Piece, ...]:
        """Compose the other parts of pieces of which some parts are given.

        variations: by default the first `settings.variations`. The given parts stay to the note;
        key, metres, tempi and length are theirs. InvalidSetting where the model does not know
        parts, or writes no others.
        """
        if not len(given):
            raise InvalidSetting("the given parts hold no notes")
        settings = replace(settings, notes=None, form="", transpose=0, endings=0)
        if settings.temperature is None:  # no critic weighs what is composed around given parts
            settings = replace(settings, temperature=self.temperature(particles=1))
        settings = self._resolve(replace(settings, bars=given.bars), given)
        settings = replace(settings, bars=given.bars - bool(settings.pickup))
        styles = self.profile.styles
        ensemble = choose_ensemble(with_ensemble(settings, styles), styles)
        compositions = generate(
            self.model,
            settings,
            on_bar=on_bar,
            stop=stop,
            index=self.profile.index,
            variations=variations,
            given=GivenMusic.of(self.model.encoding, given, ensemble, key_number(settings.key)),
        )
        return tuple(self._evaluate(composition) for composition in compositions)

    def infill(
        self,
        settings: ComposeSettings,
        score: Score,
        first_bar: int,
        last_bar: int,
        *,
        parts: Sequence[int] | None = None,
        primer_notes: int = 0,
        stop: Stop | None = None,
    ) -> Piece | None:
        """Compose bars of a finished piece again (from 0, both included); None where stopped.

        parts: numbers of the parts that are composed again, the others stay; None for all.
        settings: those that the piece was composed with. primer_notes: how many of the piece's
        first notes are the primer's; if one of them is in the bars or after them, the whole piece
        counts as composed.
        """
        started = time.perf_counter()
        settings = self._resolve(settings_of_finished(settings, score), score)
        index = self.profile.index
        result = infill(
            self.model, settings, score, first_bar, last_bar, parts=parts, index=index, stop=stop
        )
        if result is None:
            return None
        starts = score.notes["start"][:primer_notes]
        if primer_notes and starts.max() >= bar_start(score.metres, first_bar, score.resolution):
            primer_notes = 0
        seconds = time.perf_counter() - started
        score = name_parts(result.score, part_names(settings, self.profile.styles))
        try:
            infilled = self._composition(score, settings, primer_notes, seconds, stop)
        except Cancelled:
            return None
        return self._evaluate(infilled)

    def _resolve(self, settings: ComposeSettings, primer: Score | None) -> ComposeSettings:
        """Settings without anything left open, and without what the model knows itself."""
        settings = resolve_settings(in_key_of_chords(settings), self.profile, primer)
        if settings.temperature is None:
            settings = replace(settings, temperature=self.temperature(settings.particles))
        return replace(settings, **KNOWN_BY_PARTS) if self._knows_parts else settings

    def temperature(self, particles: int = ComposeSettings.particles) -> float:
        """The temperature where none is asked for: with a critic, that of the pieces it knows."""
        critic = self.model.critic
        return critic.temperature if critic and particles > 1 else DEFAULT_TEMPERATURE

    def candidates(self, particles: int = ComposeSettings.particles) -> int:
        """Of how many pieces the best is worth its time: a critic chooses while it is drawn."""
        return 1 if self.model.critic and particles > 1 else CANDIDATES_WITHOUT_CRITIC

    def _evaluate(self, composition: Composition) -> Piece:
        return evaluate(composition, self.profile)

    def _generate(
        self,
        settings: ComposeSettings,
        primer: Score | None,
        count: int,
        on_bar: OnBar | None,
        stop: Stop | None,
    ) -> list[Piece]:
        """Generate pieces until `count` have no degenerate repetition, or retries are used up."""
        on_bar = reporting_voices(on_bar, settings, self.profile, self._on_grid(primer))
        pieces: list[Piece] = []
        for attempt in range(1 + MAX_RETRIES):
            missing = count - sum(piece.degenerate_repetition is None for piece in pieces)
            first = attempt * count
            compositions = generate(
                self.model,
                settings,
                primer,
                on_bar if attempt == 0 else None,
                stop,
                index=self.profile.index,
                ensemble=choose_ensemble(settings, self.profile.styles),
                variations=range(first, first + missing),
            )
            pieces += [self._evaluate(composition) for composition in compositions]
            usable = sum(piece.degenerate_repetition is None for piece in pieces)
            if usable >= count or not compositions[-1].finished:
                break
        return pieces

    def _composition(
        self,
        score: Score,
        settings: ComposeSettings,
        primer_notes: int,
        seconds: float,
        stop: Stop | None,
    ) -> Composition:
        """Wrap an infilled score, with the log-likelihood of the notes after the primer.

        Raises Cancelled where stop() is true.
        """
        encoding = self.model.encoding
        steps = encoding.encode(score)
        first = steps_of_primer(encoding, steps, score, primer_notes)
        before, rest = steps.fields[:first], steps.fields[first:]
        [log_likelihood] = step_log_likelihoods(
            self.model, steps, score.bars, before, [rest], stop=stop
        )
        return Composition(
            score=score,
            steps=steps,
            log_likelihood=log_likelihood,
            primer_notes=primer_notes,
            settings=settings,
            variation=0,
            finished=True,
            seconds=seconds,
        )

    def _finish(self, piece: Piece, primer: Score | None, stop: Stop | None) -> Piece:
        """Choose the ending, transpose and separate voices; a changed piece is evaluated again.

        Where it is stopped before, the piece keeps its own ending, and is not finished.
        """
        composition = piece.composition
        if composition.settings.endings and stop is not None and stop():
            composition = replace(composition, finished=False)
        else:
            composition = with_ending(self.model, composition, self.profile.index, stop)
        composition = self._transpose(replace(composition, fork=None))
        composition = replace(composition, score=self._in_voices(composition, primer))
        if composition.score == piece.score:
            return replace(piece, composition=composition)
        return self._evaluate(composition)

    def _in_voices(self, composition: Composition, primer: Score | None) -> Score:
        """The score of a composition in parts; the primer keeps its own."""
        score, settings = composition.score, composition.settings
        semitones = composition.transposed
        return in_voices(score, settings, self.profile, self._on_grid(primer), semitones)

    def _on_grid(self, primer: Score | None) -> Score | None:
        return None if primer is None else placed_on_grid(primer, self.model.encoding.grid)

    def _transpose(self, composition: Composition) -> Composition:
        """Transpose by the semitones of the settings, or to a key of the style."""
        settings, score = composition.settings, composition.score
        semitones = settings.transpose
        if semitones is None:
            variation, styles = composition.variation, self.profile.styles
            semitones = style_transposition(score, settings, variation, styles)
        composition = replace(composition, settings=replace(settings, transpose=semitones))
        if not semitones:
            return composition
        score = score.transposed(semitones)
        steps = encode_composed(self.model.encoding, score, composition.steps, semitones)
        return replace(composition, score=score, steps=steps, transposed=semitones)
