"""What made a piece, as a text inside its own MIDI file: so that it can be made again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from musicgen.composing.settings import ComposeSettings

PREFIX = "musicgen "
MAX_CHARACTERS = 8000
MAX_VARIATION = 10_000
_MOST_TEXT = 3000  # characters of a name or a beginning
_MOST_BYTES = 2**16  # of a file, in which the text must stand
_TEXT, _META = 0x01, 0xFF


@dataclass(frozen=True)
class Recipe:
    """A checkpoint and all that was asked of it."""

    checkpoint: str  # run@checkpoint
    settings: ComposeSettings
    variation: int = 0
    # What the piece began from, as a link says it: empty for nothing; None where that cannot be
    # said, or where the piece was changed, so that this alone does not lead to its notes.
    begin: str | None = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "checkpoint": self.checkpoint,
            "settings": self.settings.to_json(),
            "variation": self.variation,
            "begin": self.begin,
        }

    @classmethod
    def from_json(cls, entry: Any) -> Recipe:
        """From these names in a JSON object; others are left alone. ValueError on nonsense."""
        try:
            checkpoint, variation, begin = entry["checkpoint"], entry["variation"], entry["begin"]
            settings = ComposeSettings.from_json(entry["settings"])
        except (KeyError, TypeError, AttributeError):
            raise ValueError("it holds no settings of a piece") from None
        if not _is_text(checkpoint):
            raise ValueError("its checkpoint is no name")
        if type(variation) is not int or not 0 <= variation <= MAX_VARIATION:
            raise ValueError("its variation is not a number")
        if begin is not None and not _is_text(begin):
            raise ValueError("its beginning is no text")
        return cls(checkpoint, settings, variation, begin)

    def to_text(self) -> str:
        """In ASCII; the same recipe is the same text."""
        return PREFIX + json.dumps(self.to_json(), separators=(",", ":"), allow_nan=False)


def _is_text(value: Any) -> bool:
    """Whether it is text that can be written: half of a pair of surrogates cannot."""
    if not isinstance(value, str) or len(value) > _MOST_TEXT:
        return False
    return value == value.encode("utf-8", "replace").decode("utf-8")


def recipe_in(midi: bytes) -> Recipe | None:
    """The recipe in a MIDI file; None where there is none, or none that can be."""
    for text in _first_texts(midi):
        if text.startswith(PREFIX.encode()) and len(text) <= MAX_CHARACTERS:
            try:
                return Recipe.from_json(json.loads(text[len(PREFIX) :]))
            except (ValueError, RecursionError):
                continue
    return None


def _first_texts(midi: bytes) -> Iterator[bytes]:
    """The text events among the meta events with which the first track begins, at tick 0."""
    if midi[:4] != b"MThd" or midi[14:18] != b"MTrk":
        return
    midi, at = midi[:_MOST_BYTES], 22  # behind the track's own length
    while midi[at : at + 2] == bytes((0, _META)):
        kind, at = midi[at + 2 : at + 3], at + 3
        length, at = _number(midi, at)
        if kind == bytes((_TEXT,)):
            yield midi[at : at + length]
        at += length


def _number(midi: bytes, at: int) -> tuple[int, int]:
    """A number of up to four bytes of seven bits, and what is behind it."""
    value = 0
    for byte in midi[at : at + 4]:
        value, at = value << 7 | byte & 0x7F, at + 1
        if byte < 0x80:
            break
    return value, at
