"""Note values, rests and beams in a metre."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen.metres import Metre
from musicgen.rendering.notation.metre_grid import beat_ticks, split_note, split_rest
from musicgen.rendering.notation.note_values import NOTE_VALUES


def metre(text: str) -> Metre:
    numerator, denominator = map(int, text.split("/"))
    return Metre(0, numerator, denominator)


@pytest.mark.parametrize(
    "text, ticks", [("4/4", 24), ("2/2", 48), ("6/8", 36), ("3/8", 36), ("3/4", 24), ("6/4", 72)]
)
def test_a_beat_is_dotted_in_compound_metres(text: str, ticks: int) -> None:
    assert beat_ticks(metre(text)) == ticks


@pytest.mark.parametrize(
    "text, position, ticks, values",
    [
        ("4/4", 0, 96, [96]),
        ("4/4", 12, 24, [24]),  # a syncopated quarter stays whole
        ("4/4", 36, 24, [12, 12]),  # not across the middle of the bar
        ("4/4", 24, 48, [48]),
        ("4/4", 24, 72, [72]),
        ("4/4", 12, 60, [36, 24]),
        ("4/4", 0, 60, [48, 12]),
        ("4/4", 18, 12, [6, 6]),
        ("6/8", 0, 48, [36, 12]),
        ("6/8", 24, 24, [12, 12]),
        ("6/8", 0, 72, [72]),
        ("3/4", 24, 48, [48]),
        ("4/4", 8, 16, [16]),  # of a triplet
        ("4/4", 40, 16, [8, 8]),  # from one triplet to the next
        ("4/4", 0, 16, [16]),
        ("4/4", 32, 16, [16]),  # the last of a triplet of quarters
    ],
)
def test_notes_show_the_beat(text: str, position: int, ticks: int, values: list[int]) -> None:
    assert [value for _, value in split_note(position, ticks, metre(text))] == values


@pytest.mark.parametrize(
    "text, position, ticks, values",
    [
        ("4/4", 0, 48, [48]),
        ("4/4", 24, 48, [24, 24]),
        ("4/4", 12, 36, [12, 24]),
        ("6/8", 36, 36, [36]),
        ("6/8", 12, 24, [12, 12]),
        ("3/4", 24, 48, [24, 24]),
    ],
)
def test_rests_show_the_beat(text: str, position: int, ticks: int, values: list[int]) -> None:
    assert [value for _, value in split_rest(position, ticks, metre(text))] == values


@given(
    st.integers(0, 200),
    st.integers(1, 600),
    st.sampled_from(["4/4", "3/4", "6/8", "2/2", "5/8", "7/8", "9/16", "12/8", "3/2", "1/32"]),
)
def test_note_values_fill_the_time_without_gaps(start: int, ticks: int, text: str) -> None:
    for split in (split_note, split_rest):
        now = start
        for value_start, value in split(start, ticks, metre(text)):
            assert value_start == now and value in NOTE_VALUES
            now += value
        assert now == start + ticks
