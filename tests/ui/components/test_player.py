import json

import pytest
from streamlit.testing.v1 import AppTest

from musicgen.metres import Metre
from musicgen.rendering.figures.roll import Mark
from musicgen.score import Score, notes_from
from musicgen.ui.components.player import (
    PlayerEvent,
    drawing,
    message,
    selected_bars,
    selected_mark,
)

SCORE = Score(
    notes_from([(0, 24, 67, 90), (24, 96, 60, 80, 0, 1)]), 90.0, (Metre(0, 1, 4), Metre(24, 4, 4))
)


def test_the_browser_gets_notes_bars_and_marks() -> None:
    piece = drawing(SCORE, b"sound", 1, [Mark(1, 2, "bar 3 of <b>x</b>")])
    assert piece["notes"] == {
        "start": [0, 24],
        "duration": [24, 96],
        "pitch": [67, 60],
        "velocity": [90, 80],
        "part": [0, 1],
        "labels": ["G4, bar 0 beat 4, 1/4", "C4, bar 1 beat 1, 1/1"],
    }
    assert (piece["barLines"], piece["firstBar"], piece["end"]) == ([0, 24, 120], 0, 120)
    assert piece["ticksPerSecond"] == 36
    assert (piece["primerNotes"], piece["ticksPerQuarter"], len(piece["colours"]["parts"])) == (
        1,
        24,
        2,
    )
    assert piece["marks"] == [
        {"start": 1, "stop": 2, "label": "bar 3 of <b>x</b>", "shared": False}
    ]


def test_the_message_is_a_length_json_and_a_wav() -> None:
    data = message({"name": "é"}, b"RIFF")
    length = int.from_bytes(data[:4], "little")
    assert json.loads(data[4 : 4 + length]) == {"name": "é"}
    assert data[4 + length :] == b"RIFF"


def test_a_piece_is_identified_by_its_notes_and_its_sound() -> None:
    same, other = drawing(SCORE, b"a", 0, []), drawing(SCORE, b"a", 1, [])
    assert same["id"] == other["id"]
    assert same["id"] != drawing(SCORE, b"b", 0, [])["id"]
    assert same["id"] != drawing(SCORE.transposed(1), b"a", 0, [])["id"]


@pytest.mark.parametrize(
    "report",
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
def test_bars_that_are_not_of_the_shown_piece_are_not_selected(report: object) -> None:
    assert selected_bars(report, "this", bars=2) is None


def test_bars_of_the_shown_piece_are_selected() -> None:
    assert selected_bars({"piece": "this", "bars": [0, 1]}, "this", bars=2) == (0, 1)


def test_only_marks_of_the_shown_piece_are_selected() -> None:
    reports = [{"piece": "this", "mark": mark} for mark in (-1, 0, 1, 2, "0", True)]
    marks = [selected_mark(report, "this", marks=2) for report in reports]
    assert marks == [None, 0, 1, None, None, None]
    assert selected_mark({"piece": "other", "mark": 1}, "this", marks=2) is None
    assert selected_mark(1, "this", marks=2) is None


def test_a_page_shows_players_with_and_without_sound() -> None:
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
