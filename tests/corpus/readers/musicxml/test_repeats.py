"""Repeated sections and bars of MusicXML: endings, and signs that repeat a bar."""

from __future__ import annotations

import pytest

from tests.corpus.readers.musicxml.musicxml_text import TIED, TIED_TO, note, part, read, rows


@pytest.mark.parametrize("last", ["D4", "C4"])
def test_a_tie_into_an_ending_that_is_left_out(last: str) -> None:
    def ending(number: int, more: str = "") -> str:
        return (
            f'<barline location="left"><ending number="{number}" type="start"/></barline>'
            f'<barline location="right"><ending number="{number}" type="stop"/>{more}</barline>'
        )

    repeat = '<repeat direction="backward"/>'
    bars = part(
        note("C4", 4, TIED),
        ending(1, repeat) + note("C4", 4, TIED_TO),
        ending(2) + note(last, 4, TIED_TO if last == "C4" else ""),
        note("F4", 4),
    )
    joined = [(0, 192, 60)] if last == "C4" else [(0, 96, 60), (96, 96, 62)]
    assert rows(read(bars)) == [*joined, (192, 96, 65)]


def bracket(number: int) -> str:
    ending = f'<ending number="{number}" type="{{}}"/>'
    left = f'<barline location="left">{ending.format("start")}</barline>'
    return left + f'<barline location="right">{ending.format("stop")}</barline>'


@pytest.mark.parametrize(
    ("second", "expected"), [(bracket(2), [60, 67, 69]), ("", [60, 62, 64, 65, 67, 69])]
)
def test_a_bracket_may_be_shorter_than_its_ending(second: str, expected: list[int]) -> None:
    """The first ending lasts until the repeat sign, if a second one follows there."""
    back = '<barline location="right"><repeat direction="backward"/></barline>'
    bars = part(
        note("C4", 4),
        bracket(1) + note("D4", 4),
        note("E4", 4),
        note("F4", 4) + back,
        second + note("G4", 4),
        note("A4", 4) + back,
    )
    assert read(bars).notes["pitch"].tolist() == expected


@pytest.mark.parametrize(
    ("distance", "expected"), [(1, [60, 62, 62, 62, 67]), (2, [60, 62, 60, 62, 67])]
)
def test_signs_that_repeat_bars(distance: int, expected: list[int]) -> None:
    def style(kind: str) -> str:
        sign = (
            f'<measure-repeat type="{kind}">{distance if kind == "start" else ""}</measure-repeat>'
        )
        return f"<attributes><measure-style>{sign}</measure-style></attributes>"

    bars = part(
        note("C4", 4),
        note("D4", 4),
        style("start") + note("rest", 4),
        note("rest", 4),
        style("stop") + note("G4", 4),
    )
    score = read(bars)
    assert rows(score) == [(96 * bar, 96, pitch) for bar, pitch in enumerate(expected)]


def test_a_repeat_sign_of_one_staff_of_drums_that_ends_in_its_own_bar() -> None:
    def style(sign: str) -> str:
        return f'<attributes><measure-style number="1">{sign}</measure-style></attributes>'

    hit = "<note><unpitched/><duration>16</duration></note>"
    start = style('<measure-repeat type="start">1</measure-repeat>')
    stop = style('<measure-repeat type="stop"/>')
    score = read(part(hit, start + note("rest", 4) + stop, note("rest", 4)))
    assert score.notes["start"].tolist() == [0, 96]
