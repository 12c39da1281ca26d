"""The split: by content, stable, with related pieces together."""

from __future__ import annotations

import numpy as np
import pytest

from musicgen.corpus.load import load_collection
from musicgen.corpus.split import Shares, split_pieces, split_position
from musicgen.score import Score, notes_from


def pieces(count: int, seed: int = 0) -> list[Score]:
    rng = np.random.default_rng(seed)
    return [
        Score(notes_from([(24 * index, 24, pitch) for index, pitch in enumerate(row)]))
        for row in rng.integers(40, 80, (count, 40)).tolist()
    ]


def test_default_shares() -> None:
    splits = split_pieces(pieces(1000))
    assert 760 <= splits.count("train") <= 840
    assert 70 <= splits.count("valid") <= 130
    assert 70 <= splits.count("test") <= 130


def test_a_split_depends_only_on_the_notes() -> None:
    first, *others = pieces(200)
    shifted = first.transposed(7).notes.copy()
    shifted["start"] += 960
    shifted["velocity"], shifted["program"], shifted["part"] = 12, 40, 3
    same = Score(shifted, 77.0, first.metres, "another name")
    assert split_position(same) == split_position(first)
    changed = first.notes.copy()
    changed["duration"][5] += 1
    assert split_position(Score(changed)) != split_position(first)
    assert split_pieces([*others, same])[-1] == split_pieces([first, *others])[0]


def test_other_pieces_do_not_change_the_split() -> None:
    collection, others = pieces(150), pieces(150, seed=9)
    splits = split_pieces(collection)
    assert split_pieces([*others, *collection])[150:] == splits
    assert split_pieces(collection[::-1]) == splits[::-1]
    assert split_pieces(collection[:100]) == splits[:100]


def test_near_duplicates_have_one_split() -> None:
    collection = pieces(120)
    cut = [
        Score(piece.transposed(3).notes[: 30 + index % 9]) for index, piece in enumerate(collection)
    ]
    splits = split_pieces([*collection, *cut])
    assert splits[:120] == splits[120:]
    assert set(splits) == {"train", "valid", "test"}


def test_large_groups_are_held_out_as_often_as_single_pieces() -> None:
    splits = split_pieces(pieces(1200), groups=[index // 4 for index in range(1200)])
    assert 880 <= splits.count("train") <= 1040
    assert all(len(set(splits[index : index + 4])) == 1 for index in range(0, 1200, 4))


@pytest.mark.parametrize(
    ("count", "splits"),
    [
        (0, []),
        (1, ["train"]),
        (2, ["train", "valid"]),
        (3, ["test", "train", "valid"]),
        (5, ["test", "train", "train", "train", "valid"]),
    ],
)
def test_small_collections_have_all_possible_splits(count: int, splits: list[str]) -> None:
    for seed in range(20):
        splits_of_seed = sorted(split_pieces(pieces(count, seed)))
        assert set(splits_of_seed) == set(splits)
        assert splits_of_seed.count("train") >= splits.count("train")


def test_other_shares() -> None:
    collection = pieces(1000)
    splits = split_pieces(collection, shares=Shares(valid=0.25, test=0.05))
    assert 660 <= splits.count("train") <= 740
    assert 205 <= splits.count("valid") <= 295
    # Test positions begin at the top: a piece in a smaller test split is in a larger one.
    default_splits = split_pieces(collection)
    assert all(b == "test" for a, b in zip(splits, default_splits, strict=True) if a == "test")


@pytest.mark.parametrize("count", [1, 2, 3, 4, 10, 200])
def test_a_share_of_0_gives_no_such_split(count: int) -> None:
    assert "test" not in split_pieces(pieces(count), shares=Shares(0.1, 0))
    assert "valid" not in split_pieces(pieces(count), shares=Shares(0, 0.1))
    assert set(split_pieces(pieces(count), shares=Shares(0, 0))) == {"train"}


@pytest.mark.parametrize("count", range(1, 12))
def test_train_is_never_empty(count: int) -> None:
    for shares in (Shares(0.25, 0.25), Shares(0.5, 0), Shares(0, 0.5), Shares(0.4, 0.1)):
        assert "train" in split_pieces(pieces(count), shares=shares)


def test_shares_out_of_bounds_are_refused() -> None:
    with pytest.raises(ValueError, match=r"valid share -0\.1 is not between 0 and 0\.5"):
        Shares(-0.1, 0)
    with pytest.raises(ValueError, match=r"together 0\.6 is not between"):
        Shares(0.3, 0.3)


def test_copies_of_one_piece_are_in_train() -> None:
    (piece,) = pieces(1)
    assert split_pieces([piece, piece.transposed(2), piece.transposed(-3)]) == ("train",) * 3


def test_the_split_of_the_chorales(
    tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    scores = load_collection("bach-chorales").scores
    splits = split_pieces(scores)
    assert [splits.count(split) for split in ("train", "valid", "test")] == [338, 35, 36]
    assert split_pieces(scores, groups=range(len(scores))) != splits
