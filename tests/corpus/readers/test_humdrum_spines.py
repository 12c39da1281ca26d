"""Humdrum whose spines split again, join several at once, or stand beside spines of no notes."""

from __future__ import annotations

import pytest

from tests.corpus.readers.test_humdrum import lines, on_grid


def sorted_notes(*rows: str) -> list[tuple[int, int, int]]:
    return sorted(on_grid(lines(*rows)))


def test_both_staves_split_join_and_split_again() -> None:
    assert sorted_notes(
        "**kern **kern", "*M2/4 *M2/4", "=1 =1",
        "*^ *^", "4C 2E 4c 2e", "4D . 4d .", "*v *v * *", "* *v *v",
        "=2 =2", "*^ *", "* *^ *", "2F 4A 8c 2g", ". . 8d .", ". 4B 4e .", "* *v *v *", "*v *v *",
        "*- *-",
    ) == [
        (0, 24, 48), (0, 24, 60), (0, 48, 52), (0, 48, 64), (24, 24, 50), (24, 24, 62),
        (48, 12, 60), (48, 24, 57), (48, 48, 53), (48, 48, 67), (60, 12, 62),
        (72, 24, 59), (72, 24, 64),
    ]  # fmt: skip


def test_a_spine_splits_and_joins_within_a_bar_with_ties() -> None:
    assert sorted_notes(
        "**kern", "*M4/4", "=1", "*^", "[4c [4e", "2c] 4e]", ". 4f", "*v *v", "[4g",
        "=2", "*^", "4g] 4b", "2.a 4cc", ". 2dd", "*v *v", "*-",
    ) == [
        (0, 48, 64), (0, 72, 60), (48, 24, 65), (72, 48, 67), (96, 24, 71),
        (120, 24, 72), (120, 72, 69), (144, 48, 74),
    ]  # fmt: skip


@pytest.mark.parametrize(("joins", "more"), [(("*v *v *v *v *v",), 0), (("*v *v * * *",), 3)])
def test_five_sub_spines_are_joined_at_once_or_in_part(joins: tuple[str, ...], more: int) -> None:
    later = " ".join(["2d", *["2r"] * more])
    ends = " ".join(["*-"] * (1 + more))
    splits = ("*^", "* *^", "* * *^", "* * * *^")
    assert sorted_notes(
        "**kern", "*M2/4", "=1", *splits, "2C 2E 2G 2c 2e", *joins, later, ends
    ) == [(0, 48, 48), (0, 48, 52), (0, 48, 55), (0, 48, 60), (0, 48, 64), (48, 48, 62)]


def test_four_sub_spines_of_the_second_staff_are_joined_at_once() -> None:
    assert sorted_notes(
        "**kern **kern", "*M2/4 *M2/4", "=1 =1", "* *^", "* *^ *", "* *^ * *",
        "2C 4.r 4r 8r 2d", ". . . 4.f .", ". . 4a . .", ". 8b . . .", "* *v *v *v *v",
        "=2 =2", "2D 2dd", "*- *-",
    ) == [
        (0, 48, 48), (0, 48, 62), (12, 36, 65), (24, 24, 69), (36, 12, 71),
        (48, 48, 50), (48, 48, 74),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["harm", "recip", "text", "dynam", "fb", "mxhm", "root", "color"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_spines_of_no_notes_move_none(kind: str, place: int) -> None:
    """A whole rest before the first bar and durations in them are not those of notes."""
    notes = ("1r 1r", "=1 =1", "1C 1c", "=2 =2", "2D 2d", "2E 2e", "*- *-")
    others = ("1r", "=1", "1r", "=2", "2V", ".", "*-")
    texts = [row.split(" ") for row in ("**kern **kern", "*M4/4 *M4/4", *notes)]
    for row, token in zip(texts, (f"**{kind}", "*", *others), strict=True):
        row.insert(place, token)
    assert sorted_notes(*(" ".join(row) for row in texts)) == [
        (96, 96, 48), (96, 96, 60), (192, 48, 50), (192, 48, 62), (240, 48, 52), (240, 48, 64),
    ]  # fmt: skip


def test_chord_symbols_beside_a_staff_that_splits() -> None:
    assert sorted_notes(
        "**kern **harm **kern", "*M4/4 *M4/4 *M4/4", "4r 4r 4r", "=1 =1 =1", "* * *^",
        "1C 1r 2c 1e", ". 2I 2d .", "* * *v *v", "=2 =2 =2", "1D 4V 1f", "*- *- *-",
    ) == [
        (24, 48, 60), (24, 96, 48), (24, 96, 64), (72, 48, 62), (120, 96, 50), (120, 96, 65),
    ]  # fmt: skip
