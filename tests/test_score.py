"""Scores by hand: their beginnings."""

import pytest

from musicgen.score import Score, notes_from

SCORE = Score(notes_from([(0, 96, 48), (24, 24, 60), (48, 24, 62)]), tempo=90, name="a tune")


@pytest.mark.parametrize(
    ("end", "notes"),
    [
        (96, [(0, 96, 48), (24, 24, 60), (48, 24, 62)]),
        (60, [(0, 60, 48), (24, 24, 60), (48, 12, 62)]),
        (48, [(0, 48, 48), (24, 24, 60)]),  # what begins there is left out
        (0, []),
    ],
)
def test_until_a_tick_what_sounds_beyond_is_cut(end, notes):
    found = SCORE.until(end)
    assert found == Score(notes_from(notes), tempo=90)
    assert found.name == "a tune"
