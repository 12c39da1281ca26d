"""Answers of the endpoint `/Compose/edits`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from starlette.responses import JSONResponse, PlainTextResponse, Response

from musicgen.composing.editing.edit_log import parse_line
from musicgen.composing.editing.edited_pieces import EditConflict, add_edits, open_piece
from musicgen.composing.records.saved_pieces import UnknownPiece, deleted_message, name_in_bin
from musicgen.errors import MusicgenError
from musicgen.files import USER_ERRORS, message_of
from musicgen.json_files import parse_json
from musicgen.rendering.midi import midi_bytes
from musicgen.ui.compose.edited_document import document_json, names_json


@dataclass(frozen=True)
class EditRequest:
    """Edits of a piece from a browser."""

    piece: Annotated[str, msgspec.Meta(max_length=80)]
    child: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}$")]  # names the first edit's piece
    known: Annotated[int, msgspec.Meta(ge=0)]  # lines of the log before these
    lines: list[Any]


def answer_piece(piece_id: str) -> Response:
    """The piece as JSON."""
    try:
        return JSONResponse({**document_json(open_piece(piece_id)), **names_json()})
    except USER_ERRORS as error:
        return _refusal(error, piece_id)


def answer_edits(body: bytes) -> Response:
    """Add the edits of a request; name the piece that has them.

    branched: whether that is a new piece, because another page has edited this one meanwhile.
    """
    piece_id = ""
    try:
        edits: EditRequest = parse_json(body, EditRequest, "the request")
        piece_id = edits.piece
        lines = [parse_line(line) for line in edits.lines]
        now = datetime.now(UTC)
        piece = add_edits(edits.piece, edits.child, edits.known, lines, midi_bytes, now)
    except USER_ERRORS as error:
        return _refusal(error, piece_id)
    known = edits.known + len(lines)
    branched = edits.known > 0 and piece.id != edits.piece
    return JSONResponse({"piece": piece.id, "known": known, "branched": branched})


def _refusal(error: Exception, piece_id: str) -> Response:
    if isinstance(error, UnknownPiece):
        if (name := name_in_bin(piece_id)) is not None:
            return PlainTextResponse(deleted_message(name), 410)
        return PlainTextResponse(message_of(error), 404)
    if isinstance(error, EditConflict):
        return PlainTextResponse(message_of(error), 409)
    return PlainTextResponse(message_of(error), 400 if isinstance(error, MusicgenError) else 500)
