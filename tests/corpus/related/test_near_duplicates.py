"""Near-duplicates: copies in other keys, and real ones in the bundled collections."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from musicgen.corpus.load import load_collection
from musicgen.corpus.related.near_duplicates import near_duplicates
from musicgen.corpus.related.shared_ngrams import connected_groups
from musicgen.score import Score, notes_from


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))


def groups_of(scores: Sequence[Score]) -> list[int]:
    """Group numbers of the pieces; near-duplicates share one."""
    return connected_groups(len(scores), near_duplicates(scores))


def melody(*pitches: int) -> Score:
    return Score(notes_from([(24 * index, 24, pitch) for index, pitch in enumerate(pitches)]))


def random_piece(rng: np.random.Generator, notes: int = 80) -> Score:
    return melody(*rng.integers(40, 90, notes).tolist())


def test_transposed_copies_are_near_duplicates() -> None:
    rng = np.random.default_rng(1)
    first, second = random_piece(rng), random_piece(rng)
    pieces = [first, second, first.transposed(5), second.transposed(-7), first.transposed(-40)]
    assert groups_of(pieces) == [0, 1, 0, 1, 0]


def test_rhythm_velocity_and_unisons_are_ignored() -> None:
    piece = random_piece(np.random.default_rng(2))
    slower = piece.notes.copy()
    slower["start"] *= 2
    slower["velocity"] = 30
    doubled = np.concatenate([piece.notes, piece.notes])
    doubled["part"][len(piece) :] = 1
    assert groups_of([piece, Score(slower), Score(doubled)]) == [0, 0, 0]


def test_near_duplicates_share_three_tenths_of_the_shorter_piece() -> None:
    rng = np.random.default_rng(3)
    whole = rng.integers(40, 90, 107).tolist()  # 100 n-grams
    for shared, groups in ((37, [0, 0]), (36, [0, 1])):  # 30 and 29 n-grams in common
        second = whole[:shared] + rng.integers(40, 90, 107 - shared).tolist()
        assert groups_of([melody(*whole), melody(*second)]) == groups
    fragment = whole[20:40]
    assert groups_of([melody(*whole), melody(*fragment)]) == [0, 0]


def test_groups_are_connected_through_a_third_piece() -> None:
    rng = np.random.default_rng(4)
    left, right = (rng.integers(40, 90, 60).tolist() for _ in range(2))
    pieces = [melody(*left), melody(*right), melody(*left, *right)]
    assert groups_of(pieces[:2]) == [0, 1]
    assert groups_of(pieces) == [0, 0, 0]


def test_ngrams_do_not_cross_pieces() -> None:
    steps = [60, 62, 64, 65, 67, 69, 71]  # seven notes, one too few for an n-gram
    assert groups_of([melody(*steps), melody(*steps), melody(*steps)]) == [0, 1, 2]


def test_empty_and_tiny_pieces_are_no_near_duplicates() -> None:
    assert groups_of([]) == []
    assert groups_of([Score()]) == [0]
    assert groups_of([Score(), melody(60), melody(60), Score()]) == [0, 1, 2, 3]


def test_many_copies_are_one_group() -> None:
    rng = np.random.default_rng(5)
    piece, second = random_piece(rng), random_piece(rng)
    copies = [piece.transposed(index % 11) for index in range(300)]
    assert groups_of([*copies, second]) == [0] * 300 + [1]


def test_near_duplicates_among_the_chorales() -> None:
    scores = load_collection("bach-chorales").scores
    groups = groups_of(scores)
    group = {score.name: number for score, number in zip(scores, groups, strict=True)}
    for first, second in (
        ("bwv190.7", "bwv190.7-inst"),
        ("bwv18.5-lz", "bwv18.5-w"),
        ("bwv171.6", "bwv41.6"),  # one chorale in two cantatas, in two keys
        ("bwv59.3", "bwv175.7"),
        ("bwv120.8-a", "bwv137.5"),
        ("bwv244.15", "bwv244.17"),  # O Haupt voll Blut und Wunden, twice in a passion
    ):
        assert group[first] == group[second], (first, second)
    for first, second in (("bwv1.6", "bwv10.7"), ("bwv253", "bwv254")):
        assert group[first] != group[second], (first, second)
    assert len(set(groups)) == 375
