"""Edited pieces as they are shown: written as their log says, and measured."""

from __future__ import annotations

from musicgen.composing.editing.edited_pieces import LOG_BYTES, repair
from musicgen.composing.editing.evaluation import measured_facts
from musicgen.composing.records.saved_pieces import SavedPiece, add_facts
from musicgen.rendering.midi import midi_bytes
from musicgen.ui.compose.models import find_open_model
from musicgen.ui.compose.piece_cache import score_of
from musicgen.ui.compose.piece_facts import primer_notes


def up_to_date(piece: SavedPiece) -> SavedPiece:
    """The piece, with all edits and measured; of another than an edited one, itself.

    A tab that is closed in the middle of editing leaves edits that no page has measured. Raises
    UnknownPiece.
    """
    return measured(repair(piece.id, midi_bytes)) if LOG_BYTES in piece.facts else piece


def measured(piece: SavedPiece) -> SavedPiece:
    """The piece, measured where it was edited and not measured since. Raises UnknownPiece."""
    if LOG_BYTES not in piece.facts or "metrics" in piece.facts:
        return piece
    opened = find_open_model(piece.checkpoint)
    if opened is None:
        return piece
    return add_facts(piece, measured_facts(score_of(piece), primer_notes(piece), opened.profile))
