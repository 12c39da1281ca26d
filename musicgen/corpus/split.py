"""Split of a collection into train, valid and test: by piece, never by window."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.bounds import within
from musicgen.corpus.related.groups import related_pieces
from musicgen.score import Score

TRAIN, VALID, TEST = "train", "valid", "test"
SPLITS = (TRAIN, VALID, TEST)
MAX_HELD_OUT = 0.5  # share of the pieces in valid and test together
MIN_TRAIN = 0.75  # of the train share; only a small collection falls below it by chance


@dataclass(frozen=True)
class Shares:
    """Shares of a collection that are held out; 0 for a split that is not wanted."""

    valid: float = 0.1
    test: float = 0.1

    def __post_init__(self) -> None:
        within("valid share", self.valid, 0, MAX_HELD_OUT)
        within("test share", self.test, 0, MAX_HELD_OUT)
        within("valid and test share together", self.valid + self.test, 0, MAX_HELD_OUT)

    @property
    def train(self) -> float:
        """Share of the pieces to train on."""
        return 1 - self.test - self.valid

    def splits(self, count: int) -> tuple[str, ...]:
        """The splits that `count` different pieces are enough for."""
        valid = self.valid > 0 and count >= 2
        test = self.test > 0 and count >= (3 if self.valid > 0 else 2)
        return (TRAIN, *([VALID] if valid else []), *([TEST] if test else []))


def split_pieces(
    scores: Sequence[Score], groups: Sequence[int] | None = None, shares: Shares | None = None
) -> tuple[str, ...]:
    """`train`, `valid` or `test` for each piece, by default in shares of 80, 10 and 10 %.

    A piece's split follows from a hash of its notes, independent of its name, position and key,
    and near-duplicates and pieces with the same melody have the same one: adding or removing
    unrelated pieces changes nothing. If the pieces are so few that a split would be empty, or
    `train` too small, they are divided by rank: there is `valid` from 2 groups of pieces on, and
    `test` from 3.

    groups: the result of `related_pieces`, if it is computed already.
    """
    placed = [score.on_grid().pitched for score in scores]
    groups = related_pieces(placed) if groups is None else groups
    positions = np.array([split_position(score) for score in placed], np.float64)
    number = np.unique(groups, return_inverse=True)[1]
    splits = split_groups(group_positions(number, positions), shares or Shares())
    return tuple(SPLITS[code] for code in splits[number].tolist())


def group_positions(groups: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Positions in [0, 1) of groups, spread as evenly as those of pieces: (P,), (P,) -> (G,).

    The lowest of n different positions is below x with a probability of 1 - (1 - x) ** n.
    groups: number of each piece's group, all from 0 to G - 1.
    """
    order = np.lexsort((positions, groups))
    group, position = groups[order], positions[order]
    is_first = np.append(True, group[1:] != group[:-1])[: len(group)]  # the lowest of its group
    is_new = is_first | np.append(True, position[1:] != position[:-1])[: len(group)]
    return 1 - (1 - position[is_first]) ** np.bincount(group[is_new])


def split_position(score: Score) -> float:
    """A number in [0, 1) from a hash of the notes on the grid, the same in all keys.

    Drums do not count: encodings leave them out.
    """
    notes = score.on_grid().pitched.notes
    table = np.stack([notes["start"], notes["duration"], notes["pitch"]], axis=1)  # (N, 3)
    table = np.unique(table.astype("<i4"), axis=0)
    if len(table):
        table[:, 0] -= table[0, 0]
        table[:, 2] -= table[0, 2]
    digest = hashlib.sha256(table.tobytes()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def split_groups(positions: np.ndarray, shares: Shares) -> np.ndarray:
    """Splits of groups by position, or by rank if they are too few: (G,) -> (G,).

    positions: the result of `group_positions`. Returns indices of SPLITS.
    """
    valid_from, test_from = shares.train, 1 - shares.test  # positions
    splits = (positions >= valid_from).astype(np.int8) + (positions >= test_from)
    count, wanted = len(positions), shares.splits(len(positions))
    min_train = round(MIN_TRAIN * shares.train, 9) * count  # exactly 0.6 for the default shares
    present = {SPLITS[code] for code in np.unique(splits)}
    if present != set(wanted) or (splits == 0).sum() < min_train:
        # Shares as these differences, a little below 0.1, so that halves are rounded as in runs
        # of earlier versions.
        held_out_shares = {VALID: test_from - valid_from, TEST: 1 - test_from}
        held_out = [
            SPLITS.index(split)
            for split in wanted[1:]
            for _ in range(max(1, round(count * held_out_shares[split])))
        ]
        by_rank = np.array([0] * (count - len(held_out)) + held_out, np.int8)
        splits[np.argsort(positions, kind="stable")] = by_rank
    return splits
