"""Start composing in the background; every piece is saved to the history at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

from musicgen.composing.decoding.parallel import Stop
from musicgen.composing.generation import OnBar
from musicgen.composing.piece import Piece
from musicgen.composing.records.recipe import Recipe
from musicgen.composing.records.saved_pieces import MAX_NAME_CHARACTERS, SavedPiece, save_piece
from musicgen.composing.records.titles import title_of
from musicgen.composing.settings import ComposeSettings
from musicgen.errors import MusicgenError
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score
from musicgen.ui.compose.form.prompt import Prompt
from musicgen.ui.compose.models import OpenModel, training_collection
from musicgen.ui.compose.session import current_session
from musicgen.ui.shared.tasks import ComposeTask

Work: TypeAlias = Callable[[OnBar, Stop], Sequence[SavedPiece]]


class NothingComposed(MusicgenError):
    """A composition without a single note."""


def start_composing(
    opened: OpenModel,
    settings: ComposeSettings,
    prompt: Prompt,
    candidates: int,
    parent: str = "",
) -> None:
    """Compose the variations of the settings, the best of `candidates` pieces.

    parent: id of the piece that they are takes like, if there is one.
    """

    def work(on_bar: OnBar, stop: Stop) -> Sequence[SavedPiece]:
        composer = opened.composer
        if prompt.is_melody:
            others = _around_melody(opened, settings, prompt, on_bar, stop)
            return _save(opened, others, prompt, parent)
        pieces = composer.compose(
            settings, prompt.score, candidates=candidates, on_bar=on_bar, stop=stop
        )
        return _save(opened, pieces, prompt, parent)

    current_session().start(_task(work, settings, prompt))


def start_variation(
    opened: OpenModel,
    settings: ComposeSettings,
    prompt: Prompt,
    variation: int = 0,
    parent: str = "",
) -> None:
    """Compose one variation by its number, as a link or a piece of the history names it.

    parent: id of the piece that it is a variation of, if it is one.
    """

    def work(on_bar: OnBar, stop: Stop) -> Sequence[SavedPiece]:
        if prompt.is_melody:
            pieces = _around_melody(opened, settings, prompt, on_bar, stop, [variation])
            return _save(opened, pieces, prompt, parent)
        piece = opened.composer.compose_one(
            settings, variation, prompt.score, on_bar=on_bar, stop=stop
        )
        return _save(opened, [piece], prompt, parent)

    current_session().start(_task(work, settings, prompt))


def _around_melody(
    opened: OpenModel,
    settings: ComposeSettings,
    prompt: Prompt,
    on_bar: OnBar,
    stop: Stop,
    variations: Sequence[int] | None = None,
) -> Sequence[Piece]:
    assert prompt.score is not None
    return opened.composer.accompany(settings, prompt.score, variations, on_bar=on_bar, stop=stop)


def _task(
    work: Callable[[OnBar, Stop], Sequence[SavedPiece]], settings: ComposeSettings, prompt: Prompt
) -> ComposeTask:
    """The task of a new piece: its bars and whether it chooses an ending, for what is said."""
    if prompt.is_melody and prompt.score is not None:
        return ComposeTask(work, prompt.score.bars, False)
    return ComposeTask(work, settings.bars or 0, settings.endings > 0)


def _save(
    opened: OpenModel, pieces: Sequence[Piece], prompt: Prompt, parent: str = ""
) -> list[SavedPiece]:
    """Save the pieces that have notes. Raises NothingComposed if none has."""
    saved = [_save_composed(opened, piece, prompt, parent) for piece in pieces if len(piece.score)]
    if not saved:
        raise NothingComposed("not a single note was written: try another seed, or fewer rules")
    return saved


def _save_composed(opened: OpenModel, piece: Piece, prompt: Prompt, parent: str) -> SavedPiece:
    composition = piece.composition
    settings, variation = composition.settings, composition.variation
    name = title_of(piece.score, training_collection(opened))
    facts = {**piece.facts(), "begin": prompt.link}
    if parent:
        facts["from"] = parent
    return save_with_recipe(opened, piece.score, settings, variation, facts, prompt.origin, name)


def save_with_recipe(
    opened: OpenModel,
    score: Score,
    settings: ComposeSettings,
    variation: int,
    facts: Mapping[str, Any],
    description: str,
    name: str,
) -> SavedPiece:
    checkpoint, now = opened.choice.name, datetime.now(UTC)
    recipe = Recipe(checkpoint, settings, variation, facts.get("begin"))
    midi = midi_bytes(score, name, recipe.to_text())
    return save_piece(
        midi, checkpoint, settings, variation, facts, now, description, name[:MAX_NAME_CHARACTERS]
    )
