import json
from dataclasses import replace

import pytest

from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.composing.settings import ComposeSettings
from musicgen.errors import MusicgenError
from musicgen.ui.compose.link import PieceLink, link_to
from musicgen.ui.compose.piece.downloads import file_stem, settings_file

SETTINGS = ComposeSettings(bars=8, seed=7, key="D minor", temperature=0.9)


def piece(**facts: object) -> SavedPiece:
    created = "2026-01-02T03:04:05"
    return SavedPiece("id-1", "a piece", created, "run@best", SETTINGS, 2, facts=facts)


def test_a_link_is_read_back_from_its_query():
    link = link_to(piece(begin="notes:C4 D4"))
    assert link == PieceLink("id-1", "run@best", SETTINGS, 2, "notes:C4 D4")
    assert PieceLink.from_query(link.to_query()) == link


def test_the_link_to_a_piece_that_settings_alone_do_not_make_is_its_id():
    assert link_to(piece(begin=None)).to_query() == {"piece": "id-1", "model": "run@best"}
    assert link_to(piece()).settings is None


def test_an_empty_query_is_an_empty_link():
    assert PieceLink.from_query({}) == PieceLink()


@pytest.mark.parametrize("number", ["-1", "1.5", "a", "99999", "²", "1e3", ""])
def test_an_invalid_variation_is_refused(number):
    with pytest.raises(MusicgenError, match="not the number of a variation"):
        PieceLink.from_query({"variation": number})


def test_a_settings_file_links_to_the_same_notes():
    link = PieceLink.from_file(settings_file(piece(begin="")))
    assert link == PieceLink("", "run@best", SETTINGS, 2, "")


def test_the_settings_file_of_a_piece_that_they_alone_do_not_make_is_refused():
    with pytest.raises(MusicgenError, match="use its MIDI"):
        PieceLink.from_file(settings_file(piece(begin=None)))


@pytest.mark.parametrize(
    "entry", [[], {}, {"settings": 1}, {"settings": {}, "begin": "", "variation": -1}, None]
)
def test_other_files_are_refused(entry):
    with pytest.raises(MusicgenError):
        PieceLink.from_file(json.dumps(entry).encode())


def test_files_are_named_by_name_seed_and_variation():
    assert file_stem(piece()) == "a-piece-7-3"
    assert (
        file_stem(replace(piece(), name='../dusk / "<night>" 1"', variation=0)) == "dusk-night-1-7"
    )
    in_f_sharp = replace(piece(), name="Piece in F♯ minor, 4 bars", variation=0)
    assert file_stem(in_f_sharp) == "Piece-in-F-sharp-minor-4-bars-7"
    assert file_stem(replace(piece(), name="曲", variation=0)) == "曲-7"


@pytest.mark.parametrize("text", ["1" * 5000, "[" * 100_000, "NaN", "[]", '"\\ud800"', "\xff"])
def test_a_file_that_holds_no_settings_is_refused(text: str) -> None:
    with pytest.raises(MusicgenError):
        PieceLink.from_file(text.encode("latin-1"))
