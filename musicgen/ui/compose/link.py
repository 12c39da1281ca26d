"""A piece as the query of a link, and back: what made it, so that it can be made again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from musicgen.composing.records.recipe import MAX_VARIATION, Recipe, recipe_in
from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.composing.records.settings_link import from_link, to_link
from musicgen.composing.settings import ComposeSettings


@dataclass(frozen=True)
class Link:
    """What a link asks for; each part may be missing."""

    piece: str = ""  # of the history
    model: str = ""  # run@checkpoint, or a run
    settings: ComposeSettings | None = None
    variation: int = 0
    begin: str = ""  # see `compose_begin`

    def to_query(self) -> dict[str, str]:
        query = {
            "piece": self.piece,
            "model": self.model,
            "begin": self.begin,
            "variation": str(self.variation) if self.variation else "",
            "settings": to_link(self.settings) if self.settings else "",
        }
        return {name: value for name, value in query.items() if value}

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Link:
        """ValueError where a part is not what it should be."""
        packed, variation = query.get("settings", ""), query.get("variation", "0")
        if not (variation.isdecimal() and len(variation) < 6 and int(variation) <= MAX_VARIATION):
            raise ValueError(f"'{variation[:40]}' is not the number of a variation")
        return cls(
            query.get("piece", ""),
            query.get("model", ""),
            from_link(packed) if packed else None,
            int(variation),
            query.get("begin", ""),
        )

    @classmethod
    def of_file(cls, data: bytes) -> Link:
        """From a piece's own MIDI, or its settings file (see `compose_take`).

        ValueError where it is none, or where what it holds does not lead to the piece.
        """
        recipe = recipe_in(data) if data.startswith(b"MThd") else _in_json(data)
        if recipe is None:
            raise ValueError("it holds no settings of a piece")
        if recipe.begin is None:
            raise ValueError("its piece was not made by settings alone: take its MIDI")
        return cls.of_recipe(recipe)

    @classmethod
    def of_recipe(cls, recipe: Recipe) -> Link:
        """Without a beginning where the recipe knows of none that a link can say."""
        return cls("", recipe.checkpoint, recipe.settings, recipe.variation, recipe.begin or "")


def _in_json(data: bytes) -> Recipe:
    try:
        return Recipe.from_json(json.loads(data))
    except RecursionError:
        raise ValueError("it holds no settings of a piece") from None


def recipe_of(piece: SavedPiece) -> Recipe:
    """What made a piece of the history."""
    begin = piece.facts.get("begin")
    link = begin if isinstance(begin, str) else None
    return Recipe(piece.checkpoint, piece.settings, piece.variation, link)


def link_to(piece: SavedPiece) -> Link:
    """The link to a piece. Without settings, where they alone do not make it: one that began
    from a file, or was changed, is found only where the history has it.
    """
    recipe = recipe_of(piece)
    if recipe.begin is None:
        return Link(piece.id, piece.checkpoint)
    return replace(Link.of_recipe(recipe), piece=piece.id)
