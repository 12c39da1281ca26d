"""A piece without notes: it can be opened, played into, emptied again, and gone on from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from musicgen.composing.editing.blank import add_blank_piece
from musicgen.composing.editing.edit_log import parse_line
from musicgen.composing.editing.edited_pieces import add_edits, open_piece
from musicgen.composing.records.saved_pieces import SavedPiece, list_pieces, read_piece
from musicgen.composing.settings import ComposeSettings
from musicgen.corpus.readers.read_score import read_saved_midi
from musicgen.metres import Metre
from musicgen.rendering.midi import midi_bytes

NOW = datetime(2026, 11, 29, tzinfo=UTC)
PLAYED = {"name": "Record", "added": [[0, 24, 60, 80, 0], [24, 24, 64, 90, 0]], "removed": []}


@pytest.fixture()
def piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SavedPiece:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    settings = ComposeSettings(tempo=90.0, metre="3/4")
    return add_blank_piece("chorales@best", settings, midi_bytes, NOW)


def test_it_has_the_metre_and_the_tempo_that_were_chosen(piece: SavedPiece) -> None:
    opened = open_piece(piece.id)
    assert len(opened.base) == 0 and len(opened.base.parts) == 1
    assert opened.base.metres == (Metre(0, 3, 4),) and opened.base.mean_tempo == 90.0
    assert opened.is_edited  # so that the first edit changes it


def test_what_is_played_in_is_in_the_piece_and_makes_no_other(piece: SavedPiece) -> None:
    edited = add_edits(piece.id, "0123abcd", 0, [parse_line(PLAYED)], midi_bytes, NOW)
    assert edited.id == piece.id and [p.id for p in list_pieces()] == [piece.id]
    score = read_saved_midi(edited.midi, "")
    assert score.notes["pitch"].tolist() == [60, 64] and edited.facts["notes"] == 2
    assert score.metres == (Metre(0, 3, 4),)


def test_a_piece_whose_notes_are_all_deleted_can_still_be_opened(piece: SavedPiece) -> None:
    deleted = {"name": "Delete", "added": [], "removed": PLAYED["added"]}
    lines = [parse_line(PLAYED), parse_line(deleted)]
    edited = add_edits(piece.id, "0123abcd", 0, lines, midi_bytes, NOW)
    assert len(read_saved_midi(edited.midi, "")) == 0
    opened = open_piece(read_piece(piece.id).id)
    assert opened.score().notes.size == 0 and opened.log.cursor == 2
