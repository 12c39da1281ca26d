"""The split: by content, stable, near-duplicates together."""

from __future__ import annotations

import numpy as np
import pytest

from musicgen.corpus.load import load_collection
from musicgen.corpus.split import Shares, split_pieces, split_position
from musicgen.score import Score, notes_from


def pieces(count: int, seed: int = 0) -> list[Score]:
    rng = np.random.default_rng(seed)
    return [
        Score(notes_from([(24 * at, 24, pitch) for at, pitch in enumerate(row)]))
        for row in rng.integers(40, 80, (count, 40)).tolist()
    ]


def test_about_eight_in_ten_train() -> None:
    sides = split_pieces(pieces(1000))
    assert 760 <= sides.count("train") <= 840
    assert 70 <= sides.count("valid") <= 130
    assert 70 <= sides.count("test") <= 130


def test_a_side_follows_from_the_notes_alone() -> None:
    first, *others = pieces(200)
    moved = first.transposed(7).notes.copy()
    moved["start"] += 960
    moved["velocity"], moved["program"], moved["part"] = 12, 40, 3
    same = Score(moved, 77.0, first.metres, "another name")
    assert split_position(same) == split_position(first)
    changed = first.notes.copy()
    changed["duration"][5] += 1
    assert split_position(Score(changed)) != split_position(first)
    assert split_pieces([*others, same])[-1] == split_pieces([first, *others])[0]


def test_adding_and_removing_unrelated_pieces_changes_nothing() -> None:
    here, more = pieces(150), pieces(150, seed=9)
    sides = split_pieces(here)
    assert split_pieces([*more, *here])[150:] == sides
    assert split_pieces(here[::-1]) == sides[::-1]
    assert split_pieces(here[:100]) == sides[:100]


def test_near_duplicates_are_on_one_side() -> None:
    here = pieces(120)
    cut = [Score(piece.transposed(3).notes[: 30 + at % 9]) for at, piece in enumerate(here)]
    sides = split_pieces([*here, *cut])
    assert sides[:120] == sides[120:]
    assert set(sides) == {"train", "valid", "test"}


@pytest.mark.parametrize(
    ("count", "sides"),
    [
        (0, []),
        (1, ["train"]),
        (2, ["train", "valid"]),
        (3, ["test", "train", "valid"]),
        (5, ["test", "train", "train", "train", "valid"]),
    ],
)
def test_few_pieces_leave_no_side_empty(count: int, sides: list[str]) -> None:
    for seed in range(20):
        given = sorted(split_pieces(pieces(count, seed)))
        assert set(given) == set(sides)
        assert given.count("train") >= sides.count("train")


def test_other_shares_can_be_asked_for() -> None:
    here = pieces(1000)
    sides = split_pieces(here, shares=Shares(valid=0.25, test=0.05))
    assert 660 <= sides.count("train") <= 740
    assert 205 <= sides.count("valid") <= 295
    # The hash is divided anew, from the top: what tested with less tests with more.
    usual = split_pieces(here)
    assert all(b == "test" for a, b in zip(sides, usual, strict=True) if a == "test")


@pytest.mark.parametrize("count", [1, 2, 3, 4, 10, 200])
def test_a_side_of_no_share_is_not_there(count: int) -> None:
    assert "test" not in split_pieces(pieces(count), shares=Shares(0.1, 0))
    assert "valid" not in split_pieces(pieces(count), shares=Shares(0, 0.1))
    assert set(split_pieces(pieces(count), shares=Shares(0, 0))) == {"train"}


@pytest.mark.parametrize("count", range(1, 12))
def test_some_pieces_train_however_much_is_held_out(count: int) -> None:
    for shares in (Shares(0.25, 0.25), Shares(0.5, 0), Shares(0, 0.5), Shares(0.4, 0.1)):
        assert "train" in split_pieces(pieces(count), shares=shares)


def test_shares_that_leave_too_little_are_refused() -> None:
    with pytest.raises(ValueError, match=r"valid share -0\.1 is not between 0 and 0\.5"):
        Shares(-0.1, 0)
    with pytest.raises(ValueError, match=r"together 0\.6 is not between"):
        Shares(0.3, 0.3)


def test_copies_of_one_piece_all_train() -> None:
    (piece,) = pieces(1)
    assert split_pieces([piece, piece.transposed(2), piece.transposed(-3)]) == ("train",) * 3


def test_the_split_of_the_chorales(
    tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    scores = load_collection("bach-chorales").scores
    sides = split_pieces(scores)
    assert [sides.count(side) for side in ("train", "valid", "test")] == [339, 41, 29]
    assert split_pieces(scores, groups=range(len(scores))) != sides
