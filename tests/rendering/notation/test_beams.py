"""Beams and triplet brackets."""

import pytest

from musicgen.metres import Metre
from musicgen.rendering.notation.bars import notated_chords, written_bars
from musicgen.rendering.notation.beams import beams, tuplet_marks
from musicgen.score import Score, notes_from


def beams_of(durations: list[int], metre: Metre) -> list[list[str]]:
    """Beams of notes that follow one another in the first bar."""
    starts = [sum(durations[:index]) for index in range(len(durations))]
    rows = [(start, ticks, 60) for start, ticks in zip(starts, durations, strict=True)]
    score = Score(notes_from(rows), metres=(metre,))
    bars = written_bars(score)
    return beams(notated_chords(score.notes, bars)[0][0], bars[0])


@pytest.mark.parametrize(
    "metre, count, groups",
    [
        (Metre(0, 4, 4), 8, [4, 4]),
        (Metre(0, 6, 8), 6, [3, 3]),
        (Metre(0, 3, 4), 6, [6]),
        (Metre(0, 7, 8), 7, [2, 2, 3]),
    ],
)
def test_eighths_are_beamed_in_groups_of_the_metre(
    metre: Metre, count: int, groups: list[int]
) -> None:
    beams = [beam for [beam] in beams_of([12] * count, metre)]
    expected = [["begin", *["continue"] * (size - 2), "end"] for size in groups]
    assert beams == [beam for group in expected for beam in group]


def test_sixteenths_are_beamed_by_beat() -> None:
    beams = [levels[0] for levels in beams_of([6] * 8, Metre(0, 4, 4))]
    assert beams == ["begin", "continue", "continue", "end"] * 2


def test_a_single_sixteenth_has_a_hook() -> None:
    assert beams_of([18, 6], Metre(0, 4, 4)) == [["begin"], ["end", "backward hook"]]


def test_quarters_and_single_eighths_have_none() -> None:
    assert beams_of([24, 12], Metre(0, 4, 4)) == [[], []]


def test_triplets_are_bracketed_by_beat() -> None:
    spans = [(0, 8), (8, 8), (16, 8), (24, 24), (48, 16), (64, 8), (72, 24)]
    assert tuplet_marks(spans) == ["start", "", "stop", "", "start", "stop", ""]
