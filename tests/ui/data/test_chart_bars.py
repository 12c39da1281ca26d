"""Bars of the charts: their names and the pieces behind them."""

import pytest

from musicgen.corpus.collection import Collection, PieceFile
from musicgen.score import Score, notes_from
from musicgen.statistics.analysis import Analysis
from musicgen.ui.data.chart_bars import bar_of, chart_code

SCORES = [
    Score(notes_from([(0, 24, 63)]), name="single note"),
    Score(notes_from([(0, 24, 64), (0, 24, 68)]), name="chord"),
]
FILES = [PieceFile(f"{score.name}.mid", "MIDI", 1, 0, 100) for score in SCORES]
ANALYSIS = Analysis(Collection("two pieces", tuple(SCORES), tuple(FILES)))


@pytest.mark.parametrize(
    "code, label, description, pieces",
    [
        ("keyboard", "E-4", "**E♭4**", [0]),
        ("pitch-classes", "E-", "**E♭**", [0]),
        (
            "notes",
            "E-4",
            "**E♭4** as a single note, not within a chord of its track",
            [0],
        ),
        ("chords", "4.8", "**4.8** (E G♯, major third)", [1]),
        ("metre", "4/4", "**4/4**", [0, 1]),
    ],
)
def test_a_bar_has_a_name_as_musicians_write_it(code, label, description, pieces):
    bar = bar_of(ANALYSIS, code, label)
    assert bar is not None
    assert (bar.description.replace("\\", ""), bar.pieces) == (description, pieces)


def test_links_of_the_first_version_name_charts_by_their_titles():
    assert chart_code("Most frequent notes and chords") == "notes-and-chords"
    assert chart_code("Metre") == chart_code("metre") == "metre"
    assert chart_code("Weather") == "Weather"


def test_an_unknown_chart_or_bar_is_none():
    assert bar_of(ANALYSIS, "weather", "E-4") is None
    assert bar_of(ANALYSIS, "keyboard", "rain") is None
