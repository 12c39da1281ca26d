"""A piece as the query of a link, and back: what made it, so that it can be made again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields

from musicgen.composing.history import KeptPiece
from musicgen.composing.settings import ComposeSettings

PIECE, MODEL, VARIATION, BEGIN = "piece", "model", "variation", "begin"
MOST_VARIATION = 10_000
_DEFAULTS = ComposeSettings().to_json()
_ALONE = {"variations"}  # of the batch: a link is to one piece of it


@dataclass(frozen=True)
class Link:
    """What a link asks for; each part may be missing."""

    piece: str = ""  # of the history
    model: str = ""  # run@checkpoint, or a run
    settings: ComposeSettings | None = None
    variation: int = 0
    begin: str = ""  # see `compose_begin`

    def to_query(self) -> dict[str, str]:
        query = {PIECE: self.piece, MODEL: self.model, BEGIN: self.begin}
        if self.settings is not None:
            query |= _settings_to_query(self.settings)
            query[VARIATION] = str(self.variation) if self.variation else ""
        return {name: value for name, value in query.items() if value}

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Link:
        """ValueError where a setting is not one that the composer can have."""
        known = {f.name for f in fields(ComposeSettings)} - _ALONE
        entry = {name: _value(text) for name, text in query.items() if name in known}
        settings = ComposeSettings.from_json(entry) if "seed" in entry else None
        variation = _value(query.get(VARIATION, "0"))
        if not isinstance(variation, int) or not 0 <= variation <= MOST_VARIATION:
            raise ValueError(f"'{str(variation)[:40]}' is not the number of a variation")
        model, begin = query.get(MODEL, ""), query.get(BEGIN, "")
        return cls(query.get(PIECE, ""), model, settings, variation, begin)


def link_to(piece: KeptPiece) -> Link:
    """The link to a piece. One that began from a file is only found where the history has it."""
    begin = str(piece.facts.get(BEGIN) or "")
    if piece.primer and not begin:
        return Link(piece.id, piece.checkpoint)
    return Link(piece.id, piece.checkpoint, piece.settings, piece.variation, begin)


def _settings_to_query(settings: ComposeSettings) -> dict[str, str]:
    entry = settings.to_json()
    changed = {
        name: value
        for name, value in entry.items()
        if name == "seed" or (value != _DEFAULTS[name] and name not in _ALONE)
    }
    return {name: _text(value) for name, value in changed.items()}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _value(text: str) -> object:
    """A number, null or an object where the text is JSON; the text itself otherwise."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
