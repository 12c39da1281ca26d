import json

import pytest
from streamlit.testing.v1 import AppTest

from musicgen.rendering.figures.roll import Mark
from musicgen.score import Metre, Score, notes_from
from musicgen.ui.components.player import PlayerEvent, _mark, _packed, _piece, _selection

SCORE = Score(
    notes_from([(0, 24, 67, 90), (24, 96, 60, 80, 0, 1)]), 90.0, (Metre(0, 1, 4), Metre(24, 4, 4))
)


def test_the_browser_gets_all_that_it_draws() -> None:
    piece = _piece(SCORE, b"sound", 1, [Mark(1, 2, "bar 3 of <b>x</b>")])
    assert piece["notes"] == {
        "start": [0, 24],
        "duration": [24, 96],
        "pitch": [67, 60],
        "velocity": [90, 80],
        "part": [0, 1],
        "words": ["G4, bar 0 beat 4, 1/4", "C4, bar 1 beat 1, 1/1"],
    }
    assert (piece["lines"], piece["firstBar"], piece["end"]) == ([0, 24, 120], 0, 120)
    assert piece["ticksPerSecond"] == 36
    assert (piece["primer"], piece["quarter"], len(piece["colours"]["parts"])) == (1, 24, 2)
    assert piece["marks"] == [
        {"start": 1, "stop": 2, "label": "bar 3 of <b>x</b>", "shared": False}
    ]


def test_the_message_is_the_length_then_json_then_sound() -> None:
    message = _packed({"name": "é"}, b"RIFF")
    length = int.from_bytes(message[:4], "little")
    assert json.loads(message[4 : 4 + length]) == {"name": "é"}
    assert message[4 + length :] == b"RIFF"


def test_a_piece_is_known_by_its_notes_and_its_sound() -> None:
    same, other = _piece(SCORE, b"a", 0, []), _piece(SCORE, b"a", 1, [])
    assert same["id"] == other["id"]
    assert same["id"] != _piece(SCORE, b"b", 0, [])["id"]
    assert same["id"] != _piece(SCORE.transposed(1), b"a", 0, [])["id"]


@pytest.mark.parametrize(
    "told",
    [
        None,
        "0-1",
        {"piece": "another", "bars": [0, 1]},
        {"piece": "this", "bars": None},
        {"piece": "this", "bars": [1]},
        {"piece": "this", "bars": [1, 0]},
        {"piece": "this", "bars": [0, 2]},
        {"piece": "this", "bars": [-1, 0]},
        {"piece": "this", "bars": ["0", 1]},
        {"piece": "this", "bars": [0.0, 1]},
        {"piece": "this", "bars": [True, True]},
    ],
)
def test_only_bars_of_the_piece_that_is_shown_are_chosen(told: object) -> None:
    assert _selection(told, "this", bars=2) is None


def test_chosen_bars_are_told() -> None:
    assert _selection({"piece": "this", "bars": [0, 1]}, "this", bars=2) == (0, 1)


def test_only_marks_of_the_piece_that_is_shown_can_be_clicked() -> None:
    told = [{"piece": "this", "mark": mark} for mark in (-1, 0, 1, 2, "0", True)]
    found = [_mark(entry, "this", marks=2) for entry in told]
    assert found == [None, 0, 1, None, None, None]
    assert _mark({"piece": "other", "mark": 1}, "this", marks=2) is None
    assert _mark(1, "this", marks=2) is None


def test_a_page_shows_it_with_and_without_sound() -> None:
    def page() -> None:
        import streamlit as st

        from musicgen.score import Score, notes_from
        from musicgen.ui.components.player import roll_player

        score = Score(notes_from([(0, 24, 60)]))
        first = roll_player(score, b"RIFF", "one")
        second = roll_player(Score(), b"", "two")
        st.write(repr((first, second)))

    app = AppTest.from_function(page, default_timeout=20).run()
    assert not app.exception
    assert app.markdown[0].value == repr((PlayerEvent(), PlayerEvent()))
