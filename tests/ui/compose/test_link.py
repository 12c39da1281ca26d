import json

import pytest

from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.composing.settings import ComposeSettings
from musicgen.ui.compose.link import Link, link_to
from musicgen.ui.compose.piece.downloads import file_stem, settings_file

SETTINGS = ComposeSettings(bars=8, seed=7, key="D minor", temperature=0.9)


def piece(**facts: object) -> SavedPiece:
    return SavedPiece(
        "id-1", "a piece", "2026-01-02T03:04:05", "run@best", SETTINGS, 2, facts=facts
    )


def test_a_link_there_and_back():
    link = link_to(piece(begin="notes:C4 D4"))
    assert link == Link("id-1", "run@best", SETTINGS, 2, "notes:C4 D4")
    assert Link.of(link.to_query()) == link


def test_what_settings_alone_do_not_make_is_linked_to_by_the_history():
    assert link_to(piece(begin=None)).to_query() == {"piece": "id-1", "model": "run@best"}
    assert link_to(piece()).settings is None


def test_an_empty_query_asks_for_nothing():
    assert Link.of({}) == Link()


@pytest.mark.parametrize("number", ["-1", "1.5", "a", "99999", "²", "1e3", ""])
def test_numbers_of_variations_that_are_none(number):
    with pytest.raises(ValueError, match="not the number of a variation"):
        Link.of({"variation": number})


def test_a_settings_file_is_a_link_to_the_same_notes():
    link = Link.of_file(settings_file(piece(begin="")))
    assert link == Link("", "run@best", SETTINGS, 2, "")


def test_a_settings_file_of_what_settings_alone_do_not_make():
    with pytest.raises(ValueError, match="take its MIDI"):
        Link.of_file(settings_file(piece(begin=None)))


@pytest.mark.parametrize(
    "entry", [[], {}, {"settings": 1}, {"settings": {}, "begin": "", "variation": -1}, None]
)
def test_other_files_are_refused(entry):
    with pytest.raises(ValueError):
        Link.of_file(json.dumps(entry).encode())


def test_files_are_named_after_what_made_the_piece():
    assert file_stem(piece()) == "run-best-7-v3"
