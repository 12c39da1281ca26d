"""Links to pieces: everything that a piece is composed from, as the query of an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from musicgen.composing.records.recipe import MAX_VARIATION, Recipe, recipe_in
from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.composing.records.settings_link import from_link, to_link
from musicgen.composing.settings import ComposeSettings
from musicgen.errors import InvalidSetting
from musicgen.json_files import InvalidJson, parse_json

OTHER_NOTES = "this version of musicgen draws other notes from the same seed"
PARAMETERS = ("piece", "model", "begin", "variation", "settings")  # of the query
_NO_SETTINGS = "it holds no settings of a piece"


@dataclass(frozen=True)
class PieceLink:
    """What a link names; any part may be empty."""

    piece: str = ""  # id in the history
    model: str = ""  # RUN or RUN@CHECKPOINT
    settings: ComposeSettings | None = None
    variation: int = 0
    prompt: str = ""  # see `musicgen.ui.compose.form.prompt`

    def to_query(self) -> dict[str, str]:
        """Query parameters of the address; empty parts are left out."""
        query = {
            "piece": self.piece,
            "model": self.model,
            "begin": self.prompt,
            "variation": str(self.variation) if self.variation else "",
            "settings": to_link(self.settings) if self.settings else "",
        }
        return {name: value for name, value in query.items() if value}

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> PieceLink:
        """Parse query parameters. Raises InvalidSetting."""
        packed, variation = query.get("settings", ""), query.get("variation", "0")
        if not (variation.isdecimal() and len(variation) < 6 and int(variation) <= MAX_VARIATION):
            raise InvalidSetting(f"'{variation[:40]}' is not the number of a variation")
        return cls(
            query.get("piece", ""),
            query.get("model", ""),
            from_link(packed) if packed else None,
            int(variation),
            query.get("begin", ""),
        )

    @classmethod
    def from_file(cls, data: bytes) -> PieceLink:
        """Read a piece's MIDI or settings file (see `downloads`). Raises InvalidSetting.

        A piece that its settings alone do not make has no link.
        """
        recipe = recipe_in(data) if data.startswith(b"MThd") else _recipe_from_json(data)
        if recipe is None:
            raise InvalidSetting(_NO_SETTINGS)
        if recipe.begin is None:
            raise InvalidSetting("settings alone do not make its piece: use its MIDI file")
        return cls.from_recipe(recipe)

    @classmethod
    def from_recipe(cls, recipe: Recipe) -> PieceLink:
        """Link without a piece; without a prompt where no link can name it."""
        return cls("", recipe.checkpoint, recipe.settings, recipe.variation, recipe.begin or "")


def _recipe_from_json(data: bytes) -> Recipe:
    try:
        entry: Any = parse_json(data, Any)
    except InvalidJson:
        raise InvalidSetting(_NO_SETTINGS) from None
    return Recipe.from_json(entry)


def recipe_of(piece: SavedPiece) -> Recipe:
    """Return the recipe of a piece of the history."""
    prompt = piece.facts.get("begin")
    link = prompt if isinstance(prompt, str) else None
    return Recipe(piece.checkpoint, piece.settings, piece.variation, link)


def link_parameters(query: Mapping[str, str]) -> dict[str, str]:
    """Return the part of an address's query that names a piece or a model, without views."""
    return {name: query[name] for name in PARAMETERS if name in query}


def link_to(piece: SavedPiece) -> PieceLink:
    """Return the link to a piece of the history.

    It has no settings where they alone do not make the piece: one that begins from a file, or was
    edited, can be opened on this computer only.
    """
    recipe = recipe_of(piece)
    if recipe.begin is None:
        return PieceLink(piece.id, piece.checkpoint)
    return replace(PieceLink.from_recipe(recipe), piece=piece.id)
