"""Scores: the order of notes, the part up to a tick, the grid."""

import pytest

from musicgen.score import Score, notes_from, without_overlaps

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


def test_a_score_on_the_grid_stays_as_it_is() -> None:
    # A key that is struck again while it sounds, three times: all end with the first release.
    rows = [(0, 20, 60), (10, 20, 60), (15, 25, 60), (25, 25, 60)]
    grid = Score(notes_from(rows)).on_grid()
    assert grid.notes[["start", "duration"]].tolist() == [(0, 20), (10, 10), (15, 5), (25, 5)]
    assert grid.on_grid() is grid


def test_notes_are_in_order_of_start_pitch_part_and_duration() -> None:
    rows = [(0, 30, 60, 80, 0, 1), (9, 5, 40), (0, 20, 60, 80, 0, 1), (0, 40, 60), (0, 50, 59)]
    notes = Score(notes_from(rows)).notes
    assert notes[["start", "pitch", "part", "duration"]].tolist() == [
        (0, 59, 0, 50),
        (0, 60, 0, 40),
        (0, 60, 1, 20),
        (0, 60, 1, 30),
        (9, 40, 0, 5),
    ]


def test_of_two_notes_of_a_key_that_begin_together_the_longest_stays() -> None:
    notes = notes_from([(0, 10, 60), (0, 30, 60), (20, 9, 60), (0, 8, 59)])
    rows = without_overlaps(notes)[["start", "duration", "pitch"]].tolist()
    assert rows == [(0, 8, 59), (0, 20, 60), (20, 9, 60)]
