from types import SimpleNamespace

import pytest

from musicgen.ui.compose.piece.player_view import progress_text


@pytest.mark.parametrize(
    "bar, silence, chooses_ending, text",
    [
        (0, 0.2, True, "Writing …"),
        (0, 3.4, True, "Writing … 3 s"),
        (40, 0.2, True, "Writing: bar 40 of 128"),
        (40, 2.0, True, "Writing: bar 40 of 128 … 2 s"),
        (125, 0.2, True, "Writing: bar 125 of 128"),
        (125, 29.6, True, "Writing: bar 125 of 128, then choosing how it ends … 30 s"),
        (125, 29.6, False, "Writing: bar 125 of 128 … 30 s"),
        (127, 0.2, True, "Writing: bar 127 of 128, then choosing how it ends …"),
    ],
)
def test_progress_names_the_bar_the_ending_and_how_long_nothing_was_written(
    bar, silence, chooses_ending, text
):
    task = SimpleNamespace(
        stopped=False,
        bar=bar,
        bars=128,
        seconds_since_report=silence,
        chooses_ending=chooses_ending,
    )
    assert progress_text(task) == text
