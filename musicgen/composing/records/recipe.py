"""Recipe of a piece: the text in its MIDI file from which it can be composed again."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import takewhile
from typing import Annotated, Any, TypeAlias

import mido
from msgspec import Meta

from musicgen.composing.settings import ComposeSettings
from musicgen.errors import InvalidSetting, MusicgenError
from musicgen.json_files import InvalidJson, convert_json, parse_json

PREFIX = "musicgen "
MAX_CHARACTERS = 8000
MAX_VARIATION = 10_000
_MAX_TRACK_BYTES = 2**16  # of the first track, which has the recipe and no notes

_Text: TypeAlias = Annotated[str, Meta(max_length=3000)]


@dataclass(frozen=True)
class Edits:
    """What of a piece was composed and what was edited by hand."""

    gestures: int  # in force
    composed_notes: int  # as the model composed them
    edited_notes: int  # added or changed by hand
    removed_notes: int = 0  # of the composed ones: deleted or changed


@dataclass(frozen=True)
class Recipe:
    """A checkpoint, and the settings and the beginning that a piece was composed with."""

    checkpoint: str  # run@checkpoint
    settings: ComposeSettings
    variation: int = 0
    # The beginning, in the words of a link: empty for none. None where no link can name it, or
    # where the piece was edited: then the recipe alone does not lead to its notes.
    begin: str | None = ""
    edits: Edits | None = None  # None where nobody edited the piece

    def to_json(self) -> dict[str, Any]:
        entry = {
            "checkpoint": self.checkpoint,
            "settings": self.settings.to_json(),
            "variation": self.variation,
            "begin": self.begin,
        }
        return {**entry, "edits": asdict(self.edits)} if self.edits else entry

    @classmethod
    def from_json(cls, entry: Any) -> Recipe:
        """Read a recipe from a JSON object, which may have other keys; raises InvalidSetting."""
        try:
            fields: _RecipeJson = convert_json(entry, _RecipeJson, "the recipe")
        except InvalidJson as problem:
            raise InvalidSetting(str(problem)) from None
        for text in (fields.checkpoint, fields.begin or ""):
            if text != text.encode("utf-8", "replace").decode("utf-8"):
                raise InvalidSetting("the recipe holds half of a surrogate pair")
        settings = ComposeSettings.from_json(fields.settings)
        return cls(fields.checkpoint, settings, fields.variation, fields.begin, fields.edits)

    def to_text(self) -> str:
        """ASCII text; the same recipe gives the same text."""
        return PREFIX + json.dumps(self.to_json(), separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True)
class _RecipeJson:
    checkpoint: _Text
    settings: dict[str, Any]
    variation: Annotated[int, Meta(ge=0, le=MAX_VARIATION)]
    begin: _Text | None
    edits: Edits | None = None


def recipe_in(midi: bytes) -> Recipe | None:
    """The recipe in the contents of a MIDI file; None where it has no valid one."""
    for text in _first_texts(midi):
        if text.startswith(PREFIX) and len(text) <= MAX_CHARACTERS:
            try:
                return Recipe.from_json(parse_json(text.removeprefix(PREFIX), dict[str, Any]))
            except MusicgenError:
                continue
    return None


def _first_texts(midi: bytes) -> Iterator[str]:
    """Text events at tick 0 of the first track."""
    length = int.from_bytes(midi[18:22], "big")
    if midi[:4] != b"MThd" or midi[14:18] != b"MTrk" or length > _MAX_TRACK_BYTES:
        return
    # The first track alone, with a header that says so: the others may be long.
    header = midi[:10] + (1).to_bytes(2, "big") + midi[12:14]
    try:
        file = mido.MidiFile(file=io.BytesIO(header + midi[14 : 22 + length]), charset="latin-1")
    except Exception:  # mido raises errors of many kinds on damaged bytes
        return
    for track in file.tracks:
        for message in takewhile(lambda message: message.time == 0, track):
            if message.type == "text":
                yield message.text
