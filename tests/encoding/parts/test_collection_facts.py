"""What a collection's pieces have in common."""

import pytest

from musicgen.encoding.parts.collection_facts import has_harmony
from musicgen.score import Score, notes_from

TUNE = [(24 * beat, 24, 60 + beat, 80) for beat in range(8)]
HELD = [(0, 96, 48, 80), (96, 96, 43, 80)]  # below the tune: two notes sound at any time
BROKEN_CHORDS = [(12 * k, 96 - 12 * k % 48, 48 + (0, 4, 7, 12)[k % 4], 80) for k in range(8)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], False),
        (TUNE, False),
        (TUNE + HELD, True),  # though one note begins at most onsets
        (TUNE + HELD[:1], False),
        (BROKEN_CHORDS, True),
        ([*TUNE, (10_000, 24, 60, 80), (10_000, 24, 64, 80)], False),
        ([(10_000, 24, 60, 80), (10_000, 24, 64, 80)], True),  # silence does not count
    ],
)
def test_two_notes_at_a_time_on_average_are_harmony(rows, expected) -> None:
    assert has_harmony(Score(notes_from(rows))) is expected
