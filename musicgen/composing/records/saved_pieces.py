"""History of composed pieces: folders of a MIDI file and its facts."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta

from musicgen.bin import PIECES, BinItem, list_bin, move_to_bin
from musicgen.composing.records.recipe import MAX_VARIATION
from musicgen.composing.settings import ComposeSettings
from musicgen.errors import InvalidSetting, MusicgenError
from musicgen.files import new_folder, read_file, write_bytes, write_json
from musicgen.json_files import read_json
from musicgen.paths import checked_name, pieces_folder

MIDI, ENTRY = "piece.mid", "piece.json"
MAX_NAME_CHARACTERS = 100
_MAX_SAME_IDS = 1000
# Held while a piece is read and written again: what another page changes meanwhile would be lost.
WRITING = threading.RLock()


class UnknownPiece(MusicgenError):
    """A piece that the history does not have, or that cannot be read."""


@dataclass(frozen=True)
class SavedPiece:
    """One piece of the history, as in its `piece.json`."""

    id: str  # name of its folder
    name: str
    created: str  # ISO 8601
    checkpoint: str  # run@checkpoint
    settings: ComposeSettings
    variation: int
    starred: bool = False
    primer: str = ""  # description of its beginning
    facts: Mapping[str, Any] = field(default_factory=dict)  # see Piece.facts

    @property
    def midi(self) -> bytes:
        """Contents of the MIDI file; raises UnknownPiece where it is gone."""
        try:
            return read_file(pieces_folder() / self.id / MIDI)
        except OSError:
            if not (pieces_folder() / self.id).is_dir():
                raise UnknownPiece(deleted_message(self.name)) from None
            raise UnknownPiece(f"the MIDI file of '{self.name}' is missing") from None


@dataclass(frozen=True)
class _PieceJson:
    name: str
    created: str
    checkpoint: str
    settings: dict[str, Any]
    variation: Annotated[int, Meta(ge=0, le=MAX_VARIATION)]
    starred: bool = False
    primer: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


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
    """Add a piece to the history; after a crash it is there whole or not at all."""
    stem = f"{now:%Y%m%d-%H%M%S-%f}-{settings.seed}-{variation}"
    title = name or f"{checkpoint} {settings.seed}/{variation + 1}"
    for number in range(_MAX_SAME_IDS):
        piece = SavedPiece(
            stem if number == 0 else f"{stem}-{number}",
            _checked_title(title),
            now.isoformat(timespec="seconds"),
            checkpoint,
            settings,
            variation,
            primer=primer,
            facts=facts,
        )
        try:
            return add_piece(piece, midi)
        except FileExistsError:
            continue
    raise FileExistsError(f"'{stem}' is there already")


def add_piece(
    piece: SavedPiece, midi: bytes, other_files: Mapping[str, bytes] | None = None
) -> SavedPiece:
    """Write the folder of a new piece, with other files by name. Raises FileExistsError."""
    with new_folder(pieces_folder() / piece.id) as folder:
        for name, data in {**(other_files or {}), MIDI: midi}.items():
            (folder / name).write_bytes(data)
        write_json(folder / ENTRY, _to_json(piece))
    return piece


def replace_music(piece: SavedPiece, midi: bytes) -> SavedPiece:
    """Replace the MIDI file and the facts of a piece, after an edit."""
    write_bytes(pieces_folder() / piece.id / MIDI, midi)
    return _write_entry(piece)


def list_pieces() -> list[SavedPiece]:
    """All pieces that can be read, the latest first; damaged folders are left out."""
    pieces = []
    folder = pieces_folder()
    for path in folder.iterdir() if folder.is_dir() else ():
        try:
            pieces.append(read_piece(path.name))
        except UnknownPiece:
            continue
    return sorted(pieces, key=lambda piece: (piece.created, piece.id), reverse=True)


def read_piece(piece_id: str) -> SavedPiece:
    """Read one piece; raises UnknownPiece."""
    try:
        folder = pieces_folder() / checked_name(piece_id)
        entry: _PieceJson = read_json(folder / ENTRY, _PieceJson)
        values = {**vars(entry), "settings": ComposeSettings.from_json(entry.settings)}
    except (MusicgenError, OSError):
        raise UnknownPiece(f"there is no piece '{piece_id[:80]}' that can be read") from None
    if not (folder / MIDI).is_file():
        raise UnknownPiece(f"the piece '{piece_id}' has lost its MIDI file")
    return SavedPiece(id=piece_id, **values)


def star(piece_id: str, starred: bool) -> SavedPiece:
    """Star a piece, or take its star away; raises UnknownPiece."""
    with WRITING:
        return _write_entry(replace(read_piece(piece_id), starred=starred))


def rename(piece_id: str, name: str) -> SavedPiece:
    """Rename a piece; raises UnknownPiece, and InvalidSetting on an empty or a too long name."""
    with WRITING:
        return _write_entry(replace(read_piece(piece_id), name=_checked_title(name)))


def add_facts(piece: SavedPiece, facts: Mapping[str, Any]) -> SavedPiece:
    """Add facts that follow from the music of a piece; returns the piece as it is now.

    Nothing is added where its music has been changed since. Raises UnknownPiece.
    """
    with WRITING:
        now = read_piece(piece.id)
        if now.facts != piece.facts:
            return now
        return _write_entry(replace(now, facts={**now.facts, **facts}))


def delete(piece_id: str) -> None:
    """Move a piece, damaged or not, to the bin; raises UnknownPiece."""
    try:
        with WRITING:
            move_to_bin(pieces_folder() / checked_name(piece_id), PIECES)
    except FileNotFoundError:
        raise UnknownPiece(f"there is no piece '{piece_id[:80]}'") from None


def name_in_bin(piece_id: str) -> str | None:
    """Name of a piece that was deleted; None where the bin does not have it."""
    items = (item for item in list_bin(PIECES) if item.name == piece_id)
    return next(map(title_in_bin, items), None)


def deleted_message(name: str) -> str:
    """What a page says of a piece that was deleted while it showed it."""
    return f"'{name}' was deleted on another page: restore it from the bin under All pieces"


def title_in_bin(item: BinItem) -> str:
    """Name of a deleted piece; the name of its folder where it cannot be read."""
    try:
        entry: _PieceJson = read_json(item.folder / ENTRY, _PieceJson)
    except MusicgenError:
        return item.name
    return entry.name


def _write_entry(piece: SavedPiece) -> SavedPiece:
    write_json(pieces_folder() / piece.id / ENTRY, _to_json(piece))
    return piece


def _checked_title(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME_CHARACTERS or not name.isprintable():
        raise InvalidSetting(
            f"a piece's name has 1 to {MAX_NAME_CHARACTERS} characters on one line"
        )
    return name


def _to_json(piece: SavedPiece) -> dict[str, Any]:
    entry = {**asdict(piece), "settings": piece.settings.to_json(), "facts": dict(piece.facts)}
    del entry["id"]
    return entry
