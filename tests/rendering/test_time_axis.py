"""Lines of the time axis, and ticks at seconds through a tempo map."""

import numpy as np
import pytest

from musicgen.metres import Metre
from musicgen.rendering.time_axis import line_labels, ticks_at, time_lines
from musicgen.score import Score, notes_from
from musicgen.score_fields import TempoChange
from tests.helpers.bands import band_score


def test_ticks_at_seconds_are_the_inverse_of_seconds_at_ticks() -> None:
    score = band_score()
    ticks = np.arange(0, score.end, 977)
    assert ticks_at(score, score.seconds_at(ticks)) == pytest.approx(ticks, abs=1e-3)


def test_lines_are_bars_and_a_pickup_is_bar_0() -> None:
    score = Score(notes_from([(0, 120, 60)]), metres=(Metre(0, 1, 4), Metre(24, 4, 4)))
    lines = time_lines(score)
    assert lines.tolist() == [0, 24, 120]
    assert line_labels(score, 3) == ["0", "1", "2"]


def test_lines_of_a_performance_are_two_seconds_apart_whatever_its_tempo() -> None:
    changes = (TempoChange(96, 60.0),)
    notes = notes_from([(0, 192, 60)])
    score = Score(notes, 120.0, tempo_changes=changes, is_performance=True)
    assert score.seconds == 6
    assert time_lines(score).tolist() == [0, 96, 144, 192]
    assert line_labels(score, 4) == ["0:00", "0:02", "0:04", "0:06"]
