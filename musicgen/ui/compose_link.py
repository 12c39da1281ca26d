"""A piece as the query of a link, and back: what made it, so that it can be made again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from musicgen.composing.history import KeptPiece
from musicgen.composing.link import from_link, to_link
from musicgen.composing.settings import ComposeSettings

MOST_VARIATION = 10_000


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
        if not (variation.isdecimal() and len(variation) < 6 and int(variation) <= MOST_VARIATION):
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
        """From a piece's settings file (see `compose_take`); ValueError where it is none."""
        try:
            entry = json.loads(data)
            settings = ComposeSettings.from_json(entry["settings"])
            begin, variation = entry["begin"], entry["variation"]
            if not isinstance(begin, str):
                raise ValueError("its piece was not made by settings alone: take its MIDI")
            if not isinstance(variation, int) or not 0 <= variation <= MOST_VARIATION:
                raise ValueError("the variation is not a number")
            return cls("", str(entry["checkpoint"]), settings, variation, begin)
        except (KeyError, TypeError, AttributeError, RecursionError):
            raise ValueError("it holds no settings of a piece") from None


def link_to(piece: KeptPiece) -> Link:
    """The link to a piece. Without settings, where they alone do not make it: one that began
    from a file, or was changed, is found only where the history has it.
    """
    begin = piece.facts.get("begin")
    if not isinstance(begin, str):
        return Link(piece.id, piece.checkpoint)
    return Link(piece.id, piece.checkpoint, piece.settings, piece.variation, begin)
