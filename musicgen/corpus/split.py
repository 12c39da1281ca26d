"""Which pieces train, which validate and which test: by piece, never by window."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.bounds import within
from musicgen.corpus.near_duplicates import near_duplicates
from musicgen.score import Score

TRAIN, VALID, TEST = "train", "valid", "test"
SPLITS = (TRAIN, VALID, TEST)
MAX_HELD_OUT = 0.5  # of the pieces, on both sides together
FEWEST_TRAIN = 0.75  # of the share of `train`; chance gives fewer only where pieces are few


@dataclass(frozen=True)
class Shares:
    """How much of a collection is held out; a side of 0 is not there."""

    valid: float = 0.1
    test: float = 0.1

    def __post_init__(self) -> None:
        within("valid share", self.valid, 0, MAX_HELD_OUT)
        within("test share", self.test, 0, MAX_HELD_OUT)
        within("valid and test share together", self.valid + self.test, 0, MAX_HELD_OUT)

    @property
    def train(self) -> float:
        return 1 - self.test - self.valid

    def sides(self, count: int) -> tuple[str, ...]:
        """Those that so many different pieces are divided between."""
        valid = self.valid > 0 and count >= 2
        test = self.test > 0 and count >= (3 if self.valid > 0 else 2)
        return (TRAIN, *([VALID] if valid else []), *([TEST] if test else []))


def split_pieces(
    scores: Sequence[Score], groups: Sequence[int] | None = None, shares: Shares | None = None
) -> tuple[str, ...]:
    """`train`, `valid` or `test` for each piece, by default about 80, 10 and 10 in a hundred.

    A piece's side follows from a hash of its notes, whatever its name, place and key, and
    near-duplicates are on one side: adding or removing unrelated pieces changes nothing for
    the others. Where the pieces are so few that a side would be empty, or `train` too small,
    they are divided by rank: from 2 different ones on there is `valid`, from 3 on `test`.
    groups: what `near_duplicates` gives, where it is known already.
    """
    groups = near_duplicates(scores) if groups is None else groups
    # The lowest of a group's places is the group's: one of many pieces nearly always trains.
    place: dict[int, float] = {}  # of each group in [0, 1)
    for group, score in zip(groups, scores, strict=True):
        place[group] = min(place.get(group, 1.0), split_position(score))
    sides = _sides(place, shares or Shares())
    return tuple(sides[group] for group in groups)


def split_position(score: Score) -> float:
    """A number in [0, 1) that follows from the notes alone, the same in every key."""
    notes = score.notes
    table = np.stack([notes["start"], notes["duration"], notes["pitch"]], axis=1)  # (N, 3)
    table = np.unique(table.astype("<i4"), axis=0)
    if len(table):
        table[:, 0] -= table[0, 0]
        table[:, 2] -= table[0, 2]
    digest = hashlib.sha256(table.tobytes()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _sides(place: Mapping[int, float], shares: Shares) -> dict[int, str]:
    """The side of each group by its place; by rank where chance would be unkind to a few."""
    order = sorted(place, key=lambda group: place[group])
    valid_from, test_from = shares.train, 1 - shares.test  # of the range of the hash
    sides = [
        TEST if place[group] >= test_from else VALID if place[group] >= valid_from else TRAIN
        for group in order
    ]
    count, wanted = len(order), shares.sides(len(order))
    fewest = round(FEWEST_TRAIN * shares.train, 9) * count  # 0.6 to the last bit where it is usual
    if set(sides) != set(wanted) or sides.count(TRAIN) < fewest:
        # As differences, a hair below 0.1: halves have to be rounded as they always were.
        of_side = {VALID: test_from - valid_from, TEST: 1 - test_from}
        held = [side for side in wanted[1:] for _ in range(max(1, round(count * of_side[side])))]
        sides = [TRAIN] * (count - len(held)) + held
    return dict(zip(order, sides, strict=True))
