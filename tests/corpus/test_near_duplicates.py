"""Near-duplicates: planted copies in other keys, real ones in the library."""

from __future__ import annotations

import numpy as np
import pytest

from musicgen.corpus.load import load_collection
from musicgen.corpus.near_duplicates import near_duplicates
from musicgen.score import Score, notes_from


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))


def melody(*pitches: int) -> Score:
    return Score(notes_from([(24 * at, 24, pitch) for at, pitch in enumerate(pitches)]))


def random_piece(rng: np.random.Generator, notes: int = 80) -> Score:
    return melody(*rng.integers(40, 90, notes).tolist())


def test_a_copy_in_another_key_is_the_same_music() -> None:
    rng = np.random.default_rng(1)
    first, second = random_piece(rng), random_piece(rng)
    pieces = [first, second, first.transposed(5), second.transposed(-7), first.transposed(-40)]
    assert near_duplicates(pieces) == [0, 1, 0, 1, 0]


def test_rhythm_velocity_and_doubled_unisons_do_not_hide_a_copy() -> None:
    piece = random_piece(np.random.default_rng(2))
    slower = piece.notes.copy()
    slower["start"] *= 2
    slower["velocity"] = 30
    doubled = np.concatenate([piece.notes, piece.notes])
    doubled["part"][len(piece) :] = 1
    assert near_duplicates([piece, Score(slower), Score(doubled)]) == [0, 0, 0]


def test_the_share_that_makes_a_pair_is_three_in_ten_of_the_shorter() -> None:
    rng = np.random.default_rng(3)
    whole = rng.integers(40, 90, 107).tolist()  # 100 runs
    for shared, groups in ((37, [0, 0]), (36, [0, 1])):  # 30 and 29 runs in common
        other = whole[:shared] + rng.integers(40, 90, 107 - shared).tolist()
        assert near_duplicates([melody(*whole), melody(*other)]) == groups
    fragment = whole[20:40]
    assert near_duplicates([melody(*whole), melody(*fragment)]) == [0, 0]


def test_two_pieces_may_meet_through_a_third() -> None:
    rng = np.random.default_rng(4)
    left, right = (rng.integers(40, 90, 60).tolist() for _ in range(2))
    pieces = [melody(*left), melody(*right), melody(*left, *right)]
    assert near_duplicates(pieces[:2]) == [0, 1]
    assert near_duplicates(pieces) == [0, 0, 0]


def test_runs_do_not_reach_from_one_piece_into_the_next() -> None:
    steps = [60, 62, 64, 65, 67, 69, 71]  # seven notes: no run, but with a neighbour's there were
    assert near_duplicates([melody(*steps), melody(*steps), melody(*steps)]) == [0, 1, 2]


def test_nothing_one_note_and_one_piece() -> None:
    assert near_duplicates([]) == []
    assert near_duplicates([Score()]) == [0]
    assert near_duplicates([Score(), melody(60), melody(60), Score()]) == [0, 1, 2, 3]


def test_very_many_copies_are_one_group() -> None:
    rng = np.random.default_rng(5)
    piece, other = random_piece(rng), random_piece(rng)
    copies = [piece.transposed(at % 11) for at in range(300)]
    assert near_duplicates([*copies, other]) == [0] * 300 + [1]


def test_the_chorales_hold_the_pairs_that_their_catalogue_knows() -> None:
    scores = load_collection("bach-chorales").scores
    groups = near_duplicates(scores)
    group = {score.name: number for score, number in zip(scores, groups, strict=True)}
    for one, other in (
        ("bwv190.7", "bwv190.7-inst"),
        ("bwv18.5-lz", "bwv18.5-w"),
        ("bwv171.6", "bwv41.6"),  # one chorale in two cantatas, a tone apart
        ("bwv59.3", "bwv175.7"),
        ("bwv120.8-a", "bwv137.5"),
        ("bwv244.15", "bwv244.17"),  # O Haupt voll Blut und Wunden, twice in a passion
    ):
        assert group[one] == group[other], (one, other)
    for one, other in (("bwv1.6", "bwv10.7"), ("bwv253", "bwv254")):
        assert group[one] != group[other], (one, other)
    assert len(set(groups)) == 375
