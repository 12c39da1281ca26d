"""A split that was recorded by name: its pieces keep their sides, whatever else is added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import compress

from musicgen.corpus.related.groups import related_pieces
from musicgen.corpus.split import SPLITS, Shares, split_pieces, split_position
from musicgen.score import Score

RecordedSplit = Mapping[str, Sequence[str]]  # names of the pieces by split


def split_as_recorded(
    scores: Sequence[Score],
    recorded: RecordedSplit,
    shares: Shares | None = None,
    groups: Sequence[int] | None = None,
) -> tuple[str, ...]:
    """`train`, `valid` or `test` for each piece, by a recorded split where it names the piece.

    A new piece joins the recorded pieces that it is related to (`related_pieces`), those of
    `train` first; one without any has the split of `split_pieces`.

    groups: the result of `related_pieces`, if it is computed already.
    """
    groups = related_pieces(scores) if groups is None else groups
    sides = _recorded_sides(scores, recorded)
    of_group: dict[int, set[str]] = defaultdict(set)
    for group, side in zip(groups, sides, strict=True):
        if side:
            of_group[group].add(side)
    by_rule = split_pieces(scores, groups, shares)
    return tuple(
        side or min(of_group[group], key=SPLITS.index, default=rule)
        for side, group, rule in zip(sides, groups, by_rule, strict=True)
    )


def count_related(
    scores: Sequence[Score], trained: Sequence[bool], evaluated: Sequence[bool]
) -> int:
    """Number of the evaluated pieces that are trained on, or are related to one that is.

    0 by the rule of `split_pieces`; splits that were recorded before it was there have some.
    """
    groups = related_pieces(scores)
    trained_groups = set(compress(groups, trained))
    return sum(group in trained_groups for group in compress(groups, evaluated))


def _recorded_sides(scores: Sequence[Score], recorded: RecordedSplit) -> list[str]:
    """The recorded split of each piece; empty for a piece that is new.

    Pieces may have one name in several folders. They are distinguished by their positions, in the
    order of the splits; where some of them are new, all are held out.
    """
    sides_of_name: dict[str, list[str]] = defaultdict(list)
    for side in SPLITS:
        for name in recorded.get(side, ()):
            sides_of_name[name].append(side)
    pieces_of_name: dict[str, list[int]] = defaultdict(list)
    for index, score in enumerate(scores):
        pieces_of_name[score.name].append(index)
    answer = [""] * len(scores)
    for name, sides in sides_of_name.items():
        indices = pieces_of_name[name]
        if len(set(sides)) == 1 or len(indices) != len(sides):
            sides = [sides[-1]] * len(indices)
        else:
            indices = sorted(indices, key=lambda index: split_position(scores[index]))
        for index, side in zip(indices, sides, strict=True):
            answer[index] = side
    return answer
