from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from musicgen.metres import Metre
from musicgen.rendering.figures.roll import Mark
from musicgen.score import Score, notes_from
from musicgen.score_fields import Part
from musicgen.ui.components.player import (
    PlayerEvent,
    drawing,
    selected_bars,
    selected_mark,
)
from tests.helpers.bands import band_score, performance_score

pytestmark = pytest.mark.usefixtures("frozen_garbage")

SCORE = Score(
    notes_from([(0, 24, 67, 90), (24, 96, 60, 80, 0, 1)]), 90.0, (Metre(0, 1, 4), Metre(24, 4, 4))
)


def test_the_browser_gets_notes_bars_and_marks() -> None:
    piece = drawing(SCORE, 1, [Mark(1, 2, "bar 3 of <b>x</b>")])
    assert piece["notes"] == {
        "start": [0, 24],
        "duration": [24, 96],
        "pitch": [67, 60],
        "row": [67, 60],
        "velocity": [90, 80],
        "part": [0, 1],
        "labels": ["G4, bar 0 beat 4, 1/4", "C4, bar 1 beat 1, 1/1"],
    }
    assert (piece["barLines"], piece["end"]) == ([0, 24, 120], 120)
    assert piece["lineLabels"] == ["0", "1", "2"]
    assert piece["tempoMap"] == {"ticks": [0], "seconds": [0], "ticksPerSecond": [36]}
    assert piece["parts"] == ["Acoustic Grand Piano 1", "Acoustic Grand Piano 2"]
    assert (piece["primerNotes"], piece["ticksPerQuarter"], len(piece["colours"]["parts"])) == (
        1,
        24,
        2,
    )
    assert piece["marks"] == [
        {"start": 1, "stop": 2, "label": "bar 3 of <b>x</b>", "shared": False}
    ]


def test_drums_have_lanes_of_their_own_below_the_keys() -> None:
    parts = Part("Piano"), Part("Drums", is_drum=True)
    rows = [(0, 24, 60), (0, 6, 36, 80, 0, 1), (24, 6, 42, 80, 0, 1), (24, 6, 38, 80, 0, 1)]
    piece = drawing(Score(notes_from(rows), parts=parts), 0, [])
    assert piece["drums"] == ["Bass Drum 1", "Acoustic Snare", "Closed Hi Hat"]
    assert piece["notes"]["pitch"] == [36, 60, 38, 42]
    assert piece["notes"]["row"] == [-1, 60, -2, -3]
    assert piece["notes"]["labels"][0] == "Bass Drum 1, bar 1 beat 1, 1/16"
    assert piece["parts"] == ["Piano", "Drums"]


def test_the_tempo_map_gives_the_seconds_of_the_sound() -> None:
    piece = drawing(band_score(), 0, [])
    assert piece["ticksPerQuarter"] == 480
    assert piece["tempoMap"]["ticks"] == [0, 4 * 1920, 12 * 1920]
    assert piece["tempoMap"]["seconds"] == pytest.approx([0, 8, 8 + 8 * 1.6])
    assert piece["tempoMap"]["ticksPerSecond"] == pytest.approx([960, 1200, 800])


def test_a_performance_has_lines_every_two_seconds() -> None:
    score = performance_score(100)
    piece = drawing(score, 0, [])
    assert piece["isPerformance"]
    assert piece["barLines"][:3] == [0, 1920, 3840]
    assert piece["lineLabels"][:3] == ["0:00", "0:02", "0:04"]
    assert piece["barLines"][-1] >= score.end > piece["barLines"][-2]
    assert piece["notes"]["labels"][0].endswith(" s")


def test_a_piece_is_identified_by_what_sounds() -> None:
    same, other = drawing(SCORE, 0, []), drawing(SCORE, 1, [])
    assert same["id"] == other["id"]
    faster = replace(SCORE, tempo=120.0)
    assert same["id"] != drawing(faster, 0, [])["id"]
    assert same["id"] != drawing(SCORE.transposed(1), 0, [])["id"]


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


def test_a_page_shows_players_with_and_without_notes() -> None:
    def page() -> None:
        import streamlit as st

        from musicgen.score import Score, notes_from
        from musicgen.ui.components.player import roll_player

        score = Score(notes_from([(0, 24, 60)]))
        first = roll_player(score, "one")
        second = roll_player(Score(), "two")
        st.write(repr((first, second)))

    app = AppTest.from_function(page, default_timeout=20).run()
    assert not app.exception
    assert app.markdown[0].value == repr((PlayerEvent(), PlayerEvent()))
