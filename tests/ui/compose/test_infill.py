import pytest

from musicgen.metres import Metre
from musicgen.score import Score, notes_from
from musicgen.ui.compose.infill import bar_range_label

WITH_UPBEAT = Score(
    notes_from([(0, 24, 67), (24, 192, 60)]), 90.0, (Metre(0, 1, 4), Metre(24, 4, 4))
)


@pytest.mark.parametrize(
    "first, last, label", [(0, 0, "upbeat"), (1, 1, "bar 1"), (0, 2, "bars 0 to 2")]
)
def test_bars_are_named_by_their_printed_numbers(first, last, label):
    assert bar_range_label(WITH_UPBEAT, first, last) == label
