"""Starting to compose: each piece that comes of it goes into the history at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from musicgen.composing.bars import bar_start
from musicgen.composing.decoding.compose import OnBar
from musicgen.composing.decoding.parallel import Stop
from musicgen.composing.infill import infill
from musicgen.composing.originality.report import originality
from musicgen.composing.pipeline import Piece, compose_one, compose_pieces, resolved
from musicgen.composing.records.recipe import Recipe
from musicgen.composing.records.saved_pieces import SavedPiece, save_piece
from musicgen.composing.settings import ComposeSettings
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score, first_bar_number
from musicgen.statistics.metrics import score_metrics
from musicgen.theory.repetition import degenerate_repetition
from musicgen.ui.compose.form.prompt import Begin
from musicgen.ui.compose.models import Opened
from musicgen.ui.compose.piece_facts import primer_notes
from musicgen.ui.compose.session import desk
from musicgen.ui.shared.tasks import ComposeTask


def start(opened: Opened, settings: ComposeSettings, begin: Begin, candidates: int) -> None:
    """Compose what the settings ask for, the best of so many candidates."""

    def work(on_bar: OnBar, stop: Stop) -> Sequence[SavedPiece]:
        pieces = compose_pieces(
            opened.engine,
            opened.profile,
            settings,
            begin.score,
            candidates=candidates,
            on_bar=on_bar,
            stop=stop,
        )
        return _all_kept(opened, pieces, begin)

    desk().begin(ComposeTask(work, settings.bars or 0))


def start_one(opened: Opened, settings: ComposeSettings, begin: Begin, variation: int = 0) -> None:
    """Compose one variation, as a link or a piece of the history names it."""

    def work(on_bar: OnBar, stop: Stop) -> Sequence[SavedPiece]:
        piece = compose_one(
            opened.engine,
            opened.profile,
            settings,
            variation,
            begin.score,
            on_bar=on_bar,
            stop=stop,
        )
        return _all_kept(opened, [piece], begin)

    desk().begin(ComposeTask(work, settings.bars or 0))


def start_rewrite(
    opened: Opened, piece: SavedPiece, score: Score, first: int, last: int, seed: int
) -> None:
    """Compose some bars of a piece again, from 0 and both included."""
    settings = replace(resolved(piece.settings, opened.profile, score), seed=seed)

    def work(on_bar: OnBar, stop: Stop) -> Sequence[SavedPiece]:
        found = infill(
            opened.engine, settings, score, first, last, index=opened.profile.index, stop=stop
        )
        if found is None:
            return []
        bars = bars_in_words(score, first, last)
        given = _untouched_primer(piece, score, first)
        facts = {**_facts(opened, found.score, given), "rewritten": [first, last], "from": piece.id}
        words = f"{bars} of {piece.name} composed again"
        new = _keep(opened, found.score, settings, 0, facts, words, f"{piece.name}, {bars}")
        return [new, piece]  # side by side, to be compared

    desk().begin(ComposeTask(work, 0))


def bars_in_words(score: Score, first: int, last: int) -> str:
    """Bars of a score, counted from 0, by the numbers that they are shown with."""
    number = first_bar_number(score.metres)
    one = first == last
    return f"bar {first + number}" if one else f"bars {first + number} to {last + number}"


def _all_kept(opened: Opened, pieces: Sequence[Piece], begin: Begin) -> list[SavedPiece]:
    """Those pieces that have a note; ValueError where none has."""
    kept = [_kept(opened, piece, begin) for piece in pieces if len(piece.score)]
    if not kept:
        raise ValueError("not a single note was written: try another seed, or fewer rules")
    return kept


def _kept(opened: Opened, piece: Piece, begin: Begin) -> SavedPiece:
    composition = piece.composition
    settings, variation = composition.settings, composition.variation
    name = f"{opened.choice.run.name} {settings.seed}"
    if variation:
        name += f".{variation + 1}"
    facts = {**piece.facts(), "begin": begin.link}
    words = f"begins with {begin.words}" if begin.words else ""
    return _keep(opened, piece.score, settings, variation, facts, words, name)


def _keep(
    opened: Opened,
    score: Score,
    settings: ComposeSettings,
    variation: int,
    facts: Mapping[str, Any],
    words: str,
    name: str,
) -> SavedPiece:
    checkpoint, now = opened.choice.name, datetime.now(UTC)
    recipe = Recipe(checkpoint, settings, variation, facts.get("begin"))
    midi = midi_bytes(score, name, recipe.to_text())
    return save_piece(midi, checkpoint, settings, variation, facts, now, words, name[:100])


def _untouched_primer(piece: SavedPiece, score: Score, first: int) -> int:
    """How many notes were given and not composed, where none of them is in bar `first` or after."""
    given = primer_notes(piece)
    starts = score.notes["start"][:given]
    return given if given and starts.max() < bar_start(score.metres, first) else 0


def _facts(opened: Opened, score: Score, given: int) -> dict[str, Any]:
    """What is known of a piece that was changed, and of its notes but for the first, given ones."""
    composed, index = replace(score, notes=score.notes[given:]), opened.profile.index
    caught = degenerate_repetition(composed)
    return {
        "notes": len(score),
        "bars": score.full_bars,
        "upbeat": score.has_pickup,
        "duration": score.seconds,
        "primer_notes": given,
        "figures": {name: v for name, v in score_metrics(composed).items() if math.isfinite(v)},
        "originality": originality(composed, index).to_json() if index else None,
        "collapse": str(caught) if caught else None,
    }
