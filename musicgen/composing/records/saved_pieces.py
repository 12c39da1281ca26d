"""The pieces composed so far: a folder each, with its MIDI and all that is known of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from musicgen.composing.settings import ComposeSettings
from musicgen.errors import MusicgenError
from musicgen.files import new_folder, write_json
from musicgen.paths import checked_name, pieces_folder

MIDI, ENTRY = "piece.mid", "piece.json"
MAX_NAME_CHARACTERS = 100  # characters


class UnknownPiece(MusicgenError):
    """There is no such piece in the history, or it cannot be read."""


@dataclass(frozen=True)
class SavedPiece:
    """One piece of the history, as `piece.json` has it."""

    id: str  # its folder's name
    name: str
    created: str  # ISO 8601
    checkpoint: str  # the run's name and the checkpoint's
    settings: ComposeSettings
    variation: int
    starred: bool = False
    primer: str = ""  # what it began from, in words
    facts: Mapping[str, Any] = field(default_factory=dict)  # figures, originality, score

    @property
    def midi(self) -> bytes:
        """UnknownPiece where the file is gone."""
        try:
            return (pieces_folder() / self.id / MIDI).read_bytes()
        except OSError:
            raise UnknownPiece(f"the MIDI file of '{self.name}' is missing") from None


def save_piece(
    midi: bytes,
    checkpoint: str,
    settings: ComposeSettings,
    variation: int,
    facts: Mapping[str, Any],
    now: datetime,
    primer: str = "",
    name: str = "",
) -> SavedPiece:
    """Add a piece to the history; it is there whole or not at all."""
    stem = f"{now:%Y%m%d-%H%M%S-%f}-{settings.seed}-{variation}"
    for number in range(1000):
        piece_id = stem if number == 0 else f"{stem}-{number}"
        title = name or f"{checkpoint} {settings.seed}/{variation + 1}"
        piece = SavedPiece(
            piece_id,
            _checked_title(title),
            now.isoformat(timespec="seconds"),
            checkpoint,
            settings,
            variation,
            primer=primer,
            facts=facts,
        )
        try:
            with new_folder(pieces_folder() / piece_id) as folder:
                (folder / MIDI).write_bytes(midi)
                write_json(folder / ENTRY, _to_json(piece))
            return piece
        except FileExistsError:
            continue
    raise FileExistsError(f"'{stem}' is there already")


def list_pieces() -> list[SavedPiece]:
    """All pieces that can be read, the latest first; a broken folder is passed over."""
    found = []
    folder = pieces_folder()
    for place in folder.iterdir() if folder.is_dir() else ():
        try:
            found.append(read_piece(place.name))
        except UnknownPiece:
            continue
    return sorted(found, key=lambda piece: (piece.created, piece.id), reverse=True)


def read_piece(piece_id: str) -> SavedPiece:
    """One piece; UnknownPiece where it is not there or cannot be read."""
    try:
        folder = pieces_folder() / checked_name(piece_id)
        entry = json.loads((folder / ENTRY).read_bytes())
        if not (folder / MIDI).is_file():
            raise UnknownPiece(f"the piece '{piece_id}' has lost its MIDI file")
        if not isinstance(entry, dict):
            raise ValueError("no object")
        return _from_json(piece_id, entry)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        raise UnknownPiece(f"there is no piece '{piece_id[:80]}' that can be read") from None


def star(piece_id: str, starred: bool) -> SavedPiece:
    return _changed(replace(read_piece(piece_id), starred=starred))


def rename(piece_id: str, name: str) -> SavedPiece:
    """ValueError where the name is empty or too long."""
    return _changed(replace(read_piece(piece_id), name=_checked_title(name)))


def delete(piece_id: str) -> None:
    """Take a piece out of the history, broken or not; UnknownPiece where it is not there."""
    folder = pieces_folder() / checked_name(piece_id)
    hidden = folder.with_name(f".deleted.{folder.name}")
    try:
        folder.rename(hidden)  # at once, so that no half-deleted piece is ever listed
    except OSError:
        raise UnknownPiece(f"there is no piece '{piece_id[:80]}'") from None
    shutil.rmtree(hidden, ignore_errors=True)


def _changed(piece: SavedPiece) -> SavedPiece:
    write_json(pieces_folder() / piece.id / ENTRY, _to_json(piece))
    return piece


def _checked_title(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME_CHARACTERS or not name.isprintable():
        raise ValueError(f"a piece's name has 1 to {MAX_NAME_CHARACTERS} characters on one line")
    return name


def _to_json(piece: SavedPiece) -> dict[str, Any]:
    entry = {**asdict(piece), "settings": piece.settings.to_json(), "facts": dict(piece.facts)}
    del entry["id"]
    return entry


def _from_json(piece_id: str, entry: Mapping[str, Any]) -> SavedPiece:
    known = {f.name for f in fields(SavedPiece)}
    values = {name: value for name, value in entry.items() if name in known}
    settings = ComposeSettings.from_json(values.pop("settings"))
    piece = SavedPiece(id=piece_id, settings=settings, **values)
    for name, kind in (("name", str), ("created", str), ("checkpoint", str), ("facts", dict)):
        if not isinstance(getattr(piece, name), kind):
            raise ValueError(f"{name} is damaged")
    return piece
