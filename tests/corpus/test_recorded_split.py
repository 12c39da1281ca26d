"""A recorded split: its pieces stay where they are, and new ones join their relatives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from musicgen.corpus.recorded_split import count_related, split_as_recorded
from musicgen.corpus.split import split_pieces, split_position
from musicgen.score import Score, notes_from


def pieces(count: int, seed: int = 0) -> list[Score]:
    rng = np.random.default_rng(seed)
    rows = enumerate(rng.integers(40, 80, (count, 40)).tolist())
    return [
        Score(
            notes_from([(24 * index, 24, pitch) for index, pitch in enumerate(row)]),
            name=f"piece {number}",
        )
        for number, row in rows
    ]


def test_recorded_pieces_keep_their_sides() -> None:
    collection, added = pieces(20), pieces(20, seed=1)
    added = [replace(piece, name=f"added {index}") for index, piece in enumerate(added)]
    sides = ("valid", "train", "train", "test") * 5
    recorded = {
        side: [f"piece {index}" for index in range(20) if sides[index] == side]
        for side in ("train", "valid", "test")
    }
    splits = split_as_recorded([*added, *collection], recorded)
    assert splits[20:] == sides
    assert splits[:20] == split_pieces([*added, *collection])[:20]
    assert split_as_recorded(collection[4:], recorded) == sides[4:]


def test_a_new_piece_joins_the_recorded_pieces_it_is_related_to() -> None:
    first, second, third = pieces(3)
    copy, other = (replace(piece.transposed(2), name="new") for piece in (first, second))
    recorded = {"train": ["piece 1"], "valid": ["piece 0"], "test": []}
    assert split_as_recorded([first, second, copy], recorded) == ("valid", "train", "valid")
    # Recorded on two sides, as before melodies were compared: what is trained on already is.
    both = {"train": ["piece 1"], "valid": ["piece 0", "twin"], "test": []}
    twin = replace(other, name="twin")
    new = replace(other, name="new")
    splits = split_as_recorded([first, second, twin, new], both)
    assert splits == ("valid", "train", "valid", "train")
    trained, evaluated = ([side == of for side in splits] for of in ("train", "valid"))
    assert count_related([first, second, twin, new], trained, evaluated) == 1
    assert third.name not in both


def test_without_a_recorded_split_the_rule_decides() -> None:
    collection = pieces(30)
    assert split_as_recorded(collection, {}) == split_pieces(collection)
    assert split_as_recorded(collection, {"train": []}) == split_pieces(collection)


@pytest.mark.parametrize("order", [1, -1])
def test_pieces_of_one_name_are_distinguished(order: int) -> None:
    """By their positions, which follow from the notes and go from train to test."""
    ordered = sorted(pieces(3, seed=4), key=split_position)
    same_name = [replace(piece, name="01") for piece in ordered][::order]
    recorded = {"train": ["01"], "valid": ["01"], "test": ["01"]}
    assert split_as_recorded(same_name, recorded) == ("train", "valid", "test")[::order]
    # A piece more: none of them is trained on.
    (new,) = (replace(piece, name="01") for piece in pieces(1, seed=5))
    assert split_as_recorded([*same_name, new], recorded) == ("test",) * 4
