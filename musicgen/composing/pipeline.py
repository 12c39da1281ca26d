"""Composing with all that a run knows: guarded and judged, the collapsed tried again."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from musicgen.composing.decoding.compose import Composition, OnBar, compose
from musicgen.composing.decoding.parallel import Stop
from musicgen.composing.ending import is_open, with_ending
from musicgen.composing.originality.report import Originality, default_max_copy, originality
from musicgen.composing.ranking import Judgement, judge, ranked
from musicgen.composing.settings import ComposeSettings
from musicgen.composing.style.sampling import with_prompt_defaults, with_style_defaults
from musicgen.composing.style.training_profile import TrainingProfile
from musicgen.composing.style.transposition import style_transposition
from musicgen.encoding.model_interface import Model
from musicgen.score import Score
from musicgen.statistics.metrics import score_metrics
from musicgen.theory.repetition import DegenerateRepetition, degenerate_repetition
from musicgen.theory.voice_separation import separate_voices

MOST_RETRIES = 2  # batches, for pieces that collapsed


@dataclass(frozen=True, eq=False)
class Piece:
    """A composition and what can be said of it."""

    composition: Composition
    figures: Mapping[str, float]
    originality: Originality | None  # of what is composed, the primer left out
    degenerate_repetition: DegenerateRepetition | None
    judgement: Judgement

    @property
    def score(self) -> Score:
        return self.composition.score

    def facts(self) -> dict[str, Any]:
        """For JSON: what the piece is and how it came about."""
        made, score = self.composition, self.score
        found = self.originality
        return {
            "notes": len(score),
            "bars": score.full_bars,
            "upbeat": score.has_pickup,
            "seconds": score.seconds,
            "composed_in": made.seconds,  # the whole batch
            "seed": made.settings.seed,
            "variation": made.variation,
            "primer_notes": made.primer_notes,
            "finished": made.finished,
            "nats_a_note": made.nats_a_note,
            "figures": {n: v for n, v in self.figures.items() if math.isfinite(v)},
            "originality": found.to_json() if found else None,
            "collapse": str(self.degenerate_repetition) if self.degenerate_repetition else None,
            "score": asdict(self.judgement),
        }


def compose_pieces(
    model: Model,
    known: TrainingProfile,
    settings: ComposeSettings,
    primer: Score | None = None,
    *,
    candidates: int = 0,
    on_bar: OnBar | None = None,
    stop: Stop | None = None,
) -> tuple[Piece, ...]:
    """The pieces that are asked for, the best first.

    candidates: how many to choose from, where that is more than the variations asked for.
    What the settings leave open is as is usual in the collection: see `resolved`. Pieces that
    collapsed are tried again with the next variations, and kept only if all do.
    """
    settings = resolved(settings, known, primer)
    on_bar = on_bar and _told_in_parts(on_bar, settings.parts or 0)
    count = max(settings.variations, candidates)
    pieces: list[Piece] = []
    for attempt in range(1 + MOST_RETRIES):
        missing = count - sum(piece.degenerate_repetition is None for piece in pieces)
        first = attempt * count
        made = compose(
            model,
            settings,
            primer,
            on_bar if attempt == 0 else None,
            stop,
            index=known.index,
            variations=range(first, first + missing),
        )
        pieces += [judged(composition, known) for composition in made]
        collapsed = sum(piece.degenerate_repetition is not None for piece in pieces)
        if len(pieces) - collapsed >= count or not made[-1].finished:
            break
    order = ranked([piece.judgement for piece in pieces])
    if candidates <= settings.variations:
        kept = sorted(order[: settings.variations])
        return tuple(_finished(model, known, pieces[index], stop) for index in kept)
    return _best(model, known, [pieces[index] for index in order], settings.variations, stop)


def _best(
    model: Model, known: TrainingProfile, ranking: Sequence[Piece], count: int, stop: Stop | None
) -> tuple[Piece, ...]:
    """The first of a ranking, finished; in place of one that stays open a next one that closes."""
    rest = iter([piece for piece in ranking[count:] if piece.degenerate_repetition is None])
    best = []
    for piece in ranking[:count]:
        found = _finished(model, known, piece, stop)
        while is_open(model, found.composition) and (other := next(rest, None)) is not None:
            another = _finished(model, known, other, stop)
            if not is_open(model, another.composition):
                found = another
        best.append(found)
    return tuple(best)


def compose_one(
    model: Model,
    known: TrainingProfile,
    settings: ComposeSettings,
    variation: int = 0,
    primer: Score | None = None,
    *,
    on_bar: OnBar | None = None,
    stop: Stop | None = None,
) -> Piece:
    """One variation by its number, as a link or a recipe names it, whatever it is like."""
    settings = resolved(settings, known, primer)
    on_bar = on_bar and _told_in_parts(on_bar, settings.parts or 0)
    [made] = compose(
        model, settings, primer, on_bar, stop, index=known.index, variations=[variation]
    )
    return _finished(model, known, judged(made, known), stop)


def _told_in_parts(on_bar: OnBar, parts: int) -> OnBar:
    def tell(variation: int, bars: int, score: Score) -> None:
        on_bar(variation, bars, separate_voices(score, parts))

    return tell


def _finished(model: Model, known: TrainingProfile, piece: Piece, stop: Stop | None) -> Piece:
    """With the ending that was chosen, in its key and in parts; judged anew if it has changed.

    Where it is stopped before, the piece ends as it came, and is not finished.
    """
    made = piece.composition
    if made.settings.endings and stop is not None and stop():
        made = replace(made, finished=False)
    else:
        made = with_ending(model, made, known.index)
    made = _in_its_key(model, made, known)
    made = replace(made, score=separate_voices(made.score, made.settings.parts or 0))
    same = made.score == piece.score
    return replace(piece, composition=made) if same else judged(made, known)


def _in_its_key(model: Model, made: Composition, known: TrainingProfile) -> Composition:
    """Moved by the semitones of its settings, which say from now on how many they are."""
    settings, score = made.settings, made.score
    moved = settings.transpose
    if moved is None:
        moved = style_transposition(score, settings, made.variation, known.styles)
    settings = replace(settings, transpose=moved)
    if not moved:
        return replace(made, settings=settings)
    score = score.transposed(moved)
    return replace(made, score=score, steps=model.encoding.encode(score), settings=settings)


def resolved(
    settings: ComposeSettings, known: TrainingProfile, primer: Score | None = None
) -> ComposeSettings:
    """The settings with what the collection decides where nobody else does.

    That is max_copy, the parts and, without a primer, the metre, the tempo, the programme and
    the upbeat.
    """
    if primer is None:
        settings = with_style_defaults(settings, known.styles)
    else:
        settings = with_prompt_defaults(settings, known.styles)
    if settings.max_copy is not None:
        return settings
    return replace(settings, max_copy=default_max_copy(known.index) if known.index else 0)


def judged(composition: Composition, known: TrainingProfile) -> Piece:
    """A composition with its figures, its originality and its score."""
    composed = composition.composed
    found = originality(composed, known.index) if known.index else None
    caught = degenerate_repetition(composed)
    of_score = score_metrics(composed) if len(composed) else {}
    judgement = judge(of_score, composition.nats_a_note, known.percentiles, found, caught)
    return Piece(composition, of_score, found, caught, judgement)
