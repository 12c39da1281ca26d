"""Size of a collection, in numbers and in a sentence."""

import pytest

from musicgen.score import Score, notes_from
from musicgen.statistics.overview import overview, size_verdict


def test_a_small_collection():
    short = Score(notes_from([(0, 24, 60)]), tempo=60)  # a second
    long = Score(notes_from([(0, 24, 60), (48, 48, 62), (48, 48, 65)]), tempo=120)  # two seconds
    result = overview([short, long])
    assert (result.pieces, result.notes, result.seconds) == (2, 4, 3.0)
    assert (result.shortest, result.longest) == (1, 3)
    assert result.hours == 3 / 3600


def test_hours():
    score = Score(notes_from([(0, 24, 60), (24 * 120 * 120 - 24, 24, 62)]), tempo=120)
    assert overview([score]).hours == 2.0


def test_an_empty_collection():
    result = overview([])
    assert (result.pieces, result.notes, result.seconds, result.longest) == (0, 0, 0, 0)
    assert result.verdict == "No notes yet: add music to begin."


@pytest.mark.parametrize(
    ("notes", "pieces", "words"),
    [
        (1, 1, "One note: too few to train on."),
        (72, 1, "72 notes: too few to train on"),
        (999, 3, "About 1 thousand notes: too few to train on"),
        (12_345, 1, "About 12 thousand notes in 1 piece: too few pieces"),
        (12_345, 30, "About 12 thousand notes: enough to try the small model"),
        (57_177, 92, "About 57 thousand notes: enough for the small model; a larger one"),
        (2_140_000, 5_000, "About 2.1 million notes: enough for a large model."),
    ],
)
def test_verdicts_by_size(notes, pieces, words):
    assert size_verdict(notes, pieces).startswith(words)
