"""Which pieces train, which validate and which test: by piece, never by window."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from musicgen.corpus.duplicates import near_duplicates
from musicgen.score import Score

TRAIN, VALID, TEST = "train", "valid", "test"
SPLITS = (TRAIN, VALID, TEST)
VALID_FROM, TEST_FROM = 0.8, 0.9  # of the range of the hash
FEWEST_TRAIN = 0.6  # of the pieces; chance gives fewer only where there are few


def split_pieces(scores: Sequence[Score], groups: Sequence[int] | None = None) -> tuple[str, ...]:
    """`train`, `valid` or `test` for each piece, about 80, 10 and 10 in a hundred.

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
        place[group] = min(place.get(group, 1.0), content_place(score))
    sides = _sides(place)
    return tuple(sides[group] for group in groups)


def content_place(score: Score) -> float:
    """A number in [0, 1) that follows from the notes alone, the same in every key."""
    notes = score.notes
    table = np.stack([notes["start"], notes["duration"], notes["pitch"]], axis=1)  # (N, 3)
    table = np.unique(table.astype("<i4"), axis=0)
    if len(table):
        table[:, 0] -= table[0, 0]
        table[:, 2] -= table[0, 2]
    digest = hashlib.sha256(table.tobytes()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _sides(place: Mapping[int, float]) -> dict[int, str]:
    """The side of each group by its place; by rank where chance would be unkind to a few."""
    order = sorted(place, key=lambda group: place[group])
    sides = [
        TEST if place[group] >= TEST_FROM else VALID if place[group] >= VALID_FROM else TRAIN
        for group in order
    ]
    count = len(order)
    if set(sides) != set(SPLITS) or sides.count(TRAIN) < FEWEST_TRAIN * count:
        tests = max(1, round(count * (1 - TEST_FROM))) if count >= len(SPLITS) else 0
        valids = max(1, round(count * (TEST_FROM - VALID_FROM))) if count >= 2 else 0
        sides = [TRAIN] * (count - valids - tests) + [VALID] * valids + [TEST] * tests
    return dict(zip(order, sides, strict=True))
