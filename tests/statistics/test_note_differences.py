import time

import numpy as np
import pytest

from musicgen.score import Score, notes_from
from musicgen.score_fields import Part
from musicgen.statistics.note_differences import note_differences

FLUTE, CELLO, DRUMS = Part("Flute", 73), Part("Cello", 42), Part("Drums", is_drum=True)
SAME, CHANGED, ONLY_HERE = 0, 1, 2


def melody(*rows: tuple[int, ...]) -> Score:
    """Notes (start, duration, pitch[, velocity]) of a flute, 24 ticks to the quarter."""
    full = [(*row, *(80, 73)[len(row) - 3 :]) for row in rows]
    return Score(notes_from(full), parts=(FLUTE,))


SCALE = melody((0, 24, 72), (24, 24, 74), (48, 24, 76), (72, 24, 77))


def test_a_score_does_not_differ_from_itself() -> None:
    found = note_differences(SCALE, SCALE)
    assert found.first.tolist() == found.second.tolist() == [SAME] * 4
    assert (found.same_notes, found.removed_notes, found.added_notes) == (4, 0, 0)
    assert found.changed.tolist() == []
    assert found.changed_columns == {"start": 0, "duration": 0, "pitch": 0, "velocity": 0}


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ((24, 24, 81), {"pitch": 1}),
        ((24, 12, 74), {"duration": 1}),
        ((24, 24, 74, 100), {"velocity": 1}),
        ((30, 24, 74), {"start": 1}),
        ((30, 18, 74), {"start": 1, "duration": 1}),  # its beginning was dragged
        ((24, 24, 75, 100), {"pitch": 1, "velocity": 1}),
    ],
)
def test_a_changed_note_is_found_with_what_changed(row, columns) -> None:
    found = note_differences(SCALE, melody((0, 24, 72), row, (48, 24, 76), (72, 24, 77)))
    assert found.first.tolist() == found.second.tolist() == [SAME, CHANGED, SAME, SAME]
    assert found.changed.tolist() == [[1, 1]]
    assert {name: count for name, count in found.changed_columns.items() if count} == columns


def test_notes_of_one_score_only_are_removed_and_added() -> None:
    other = melody((0, 24, 72), (24, 24, 74), (72, 24, 77), (96, 48, 79), (96, 48, 84))
    found = note_differences(SCALE, other)
    assert found.first.tolist() == [SAME, SAME, ONLY_HERE, SAME]
    assert found.second.tolist() == [SAME, SAME, SAME, ONLY_HERE, ONLY_HERE]
    assert (found.same_notes, found.removed_notes, found.added_notes) == (3, 1, 2)


def test_one_note_of_a_chord_that_moves_leaves_the_others_the_same() -> None:
    chord = melody((0, 24, 60), (0, 24, 64), (0, 24, 67))
    found = note_differences(chord, melody((0, 24, 60), (0, 24, 63), (0, 24, 67)))
    assert found.first.tolist() == [SAME, CHANGED, SAME]


def test_an_equal_note_more_than_a_quarter_away_is_another_note() -> None:
    near = note_differences(melody((0, 24, 72)), melody((24, 24, 72)))
    far = note_differences(melody((0, 24, 72)), melody((25, 24, 72)))
    assert (near.first.tolist(), far.first.tolist()) == ([CHANGED], [ONLY_HERE])


def test_of_repeated_notes_each_is_in_one_pair() -> None:
    one = melody((0, 6, 72), (12, 6, 72))
    three = melody((1, 6, 72), (11, 6, 72), (13, 6, 72))
    found = note_differences(one, three)
    assert found.changed.tolist() == [[0, 0], [1, 1]]
    assert found.second.tolist() == [CHANGED, CHANGED, ONLY_HERE]


def test_notes_are_compared_with_those_of_their_part() -> None:
    rows = [(0, 24, 72, 80, 73, 0), (0, 24, 48, 80, 42, 1)]
    duet = Score(notes_from(rows), parts=(FLUTE, CELLO))
    swapped = Score(
        notes_from([(0, 24, 72, 80, 73, 1), (0, 24, 48, 80, 42, 0)]), parts=(CELLO, FLUTE)
    )
    assert note_differences(duet, swapped).same_notes == 2
    other = Score(notes_from([(0, 24, 72, 80, 42, 1), (0, 24, 48, 80, 73, 0)]), parts=duet.parts)
    assert note_differences(duet, other).changed_columns["pitch"] == 2


def test_a_part_with_another_instrument_is_the_same_part_and_drums_are_not() -> None:
    oboe = Score(notes_from([(0, 24, 72, 80, 68, 0)]), parts=(Part("Oboe", 68),))
    drums = Score(notes_from([(0, 24, 72)]), parts=(DRUMS,))
    flute = melody((0, 24, 72))
    assert note_differences(flute, oboe).same_notes == 1
    found = note_differences(flute, drums)
    assert (found.removed_notes, found.added_notes) == (1, 1)


def test_scores_of_other_resolutions_are_compared_without_rounding() -> None:
    fine = Score(notes_from([(0, 480, 72, 80, 73), (480, 479, 74, 80, 73)]), parts=(FLUTE,),
                 resolution=480)  # fmt: skip
    found = note_differences(fine, melody((0, 24, 72), (24, 24, 74)))
    assert found.first.tolist() == [SAME, CHANGED]
    assert found.changed_columns["duration"] == 1


def test_empty_scores_are_compared() -> None:
    assert note_differences(Score(), Score()).same_notes == 0
    assert note_differences(Score(), SCALE).added_notes == 4
    assert note_differences(SCALE, Score()).removed_notes == 4


def test_twenty_thousand_notes_take_less_than_two_seconds() -> None:
    random = np.random.default_rng(0)
    rows = [(6 * n, 6, int(p)) for n, p in enumerate(random.integers(40, 90, 20_000))]
    shifted = [(start + 3, length, pitch) for start, length, pitch in rows]
    begin = time.monotonic()
    found = note_differences(melody(*rows), melody(*shifted))
    assert time.monotonic() - begin < 2
    assert found.changed_columns["start"] > 19_000
