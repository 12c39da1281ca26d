"""Degenerate repetition: detected and not detected cases."""

from musicgen.score import Score, notes_from
from musicgen.theory.repetition import DegenerateRepetition, degenerate_repetition
from tests.helpers.tunes import tune

QUARTER = 24


def line(pitches: list[int]) -> Score:
    return Score(notes_from([(i * QUARTER, QUARTER, p) for i, p in enumerate(pitches)]))


SCALE = list(range(60, 76))  # 16 notes, four bars


def test_one_repeated_note():
    assert degenerate_repetition(line(SCALE + [70] * 16)) == DegenerateRepetition(
        first=16, notes=16, figure=1, bar=4
    )
    assert degenerate_repetition(line(SCALE + [70] * 15)) is None
    assert (
        str(degenerate_repetition(line([70] * 20)))
        == "caught in one note from bar 1 on, 20 times in a row"
    )


def test_a_repeated_figure_of_five_notes():
    figure = [60, 67, 64, 62, 65]
    assert degenerate_repetition(line(SCALE + figure * 4)) == DegenerateRepetition(
        first=16, notes=20, figure=5, bar=4
    )
    assert degenerate_repetition(line(SCALE + figure * 3)) is None
    assert "a figure of 5 notes" in str(degenerate_repetition(line(figure * 5)))


def test_repetition_in_any_rhythm_is_detected():
    starts = [0, 5, 7, 20, 31, 40, 55, 56, 70, 80, 99, 120, 131, 140, 150, 160, 170]
    assert degenerate_repetition(
        Score(notes_from([(s, 3, 60 + 4 * (i % 2)) for i, s in enumerate(starts)]))
    )


def test_a_short_repetition_in_a_long_piece_is_not_degenerate():
    assert degenerate_repetition(line([40 + i * i % 47 for i in range(80)] + [70] * 16)) is None


def test_a_transposed_sequence_is_not_degenerate():
    assert degenerate_repetition(line([p + i for i in range(8) for p in (60, 64, 62)])) is None


def test_tunes_and_tiny_scores_are_not_degenerate():
    assert degenerate_repetition(Score()) is None and degenerate_repetition(line([60])) is None
    assert not any(degenerate_repetition(tune(seed)) for seed in range(50))
