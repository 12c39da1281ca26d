import pytest

from musicgen.corpus.sources import load_collection
from musicgen.evaluation.collapse import bars_alike, collapse, longest_still
from musicgen.score import Score, notes_from


def score(*rows: tuple[int, ...]) -> Score:
    return Score(notes_from(rows))


def scale(count: int, every: int = 24) -> list[tuple[int, int, int]]:
    """A scale up and down, a note every so many ticks."""
    keys = [60, 62, 64, 65, 67, 69, 67, 65, 64, 62]
    return [(every * i, every, keys[i % len(keys)]) for i in range(count)]


def test_music_is_no_collapse() -> None:
    assert collapse(score(*scale(40))) == ""
    assert [collapse(s) for s in load_collection("ryans-mammoth").scores[:100]] == [""] * 100


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "0 notes"),
        (scale(7), "7 notes"),
        ([(24 * i, 24, 60 + i % 3) for i in range(40)], "3 pitches"),
        ([(at * 4, 24, key) for at, _, key in scale(40)], "mostly silent"),
        ([*scale(10), *((240 + 24 * i, 24, 60) for i in range(40))], "one pitch is 82%"),
        ([(24 * i, 24, 60 + i % 4) for i in range(4 * 7)], "one bar 7 times in a row"),
        ([*scale(20), (480, 400, 60), (880, 24, 62)], "nothing begins for 17 quarters"),
    ],
)
def test_what_went_wrong_is_named(rows: list[tuple[int, ...]], reason: str) -> None:
    assert collapse(score(*rows)).startswith(reason)


def test_bars_alike_hold_the_same_notes_at_the_same_places() -> None:
    bar = [(0, 24, 60), (48, 24, 64)]
    same = [(96 * i + at, lasts, key) for i in range(3) for at, lasts, key in bar]
    assert bars_alike(score(*same)) == 3
    assert bars_alike(score(*same, (288, 24, 60), (336, 25, 64))) == 3
    assert bars_alike(Score()) == 0


def test_the_longest_still() -> None:
    assert longest_still(score((0, 24, 60), (36, 24, 60), (48, 200, 60))) == 1.5
    assert longest_still(Score()) == 0.0
