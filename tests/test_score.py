"""Scores: the part up to a tick."""

import pytest

from musicgen.score import Score, notes_from

SCORE = Score(notes_from([(0, 96, 48), (24, 24, 60), (48, 24, 62)]), tempo=90, name="a tune")


@pytest.mark.parametrize(
    ("end", "notes"),
    [
        (96, [(0, 96, 48), (24, 24, 60), (48, 24, 62)]),
        (60, [(0, 60, 48), (24, 24, 60), (48, 12, 62)]),
        (48, [(0, 48, 48), (24, 24, 60)]),  # a note that begins there is left out
        (0, []),
    ],
)
def test_until_cuts_notes_that_sound_beyond_the_tick(end, notes):
    beginning = SCORE.until(end)
    assert beginning.notes.tolist() == notes_from(notes).tolist()
    assert beginning.tempo == 90
    assert beginning.name == "a tune"
