"""Differences between two scores, note by note: which are the same, changed, or in one only."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from musicgen.score import Score
from musicgen.score_fields import Part

MAX_MOVED_QUARTERS = 1  # farther away, an equal note is another note

# Columns in which a changed note may be as it was, in the order in which they are looked for.
_KEPT = (("start", "pitch"), ("start", "duration"), ("end", "pitch"))
_ALL = ("start", "duration", "pitch", "velocity")


class Difference(IntEnum):
    """How a note of a score compares with another score."""

    SAME = 0
    CHANGED = 1
    ONLY_HERE = 2


@dataclass(frozen=True, eq=False)
class NoteDifferences:
    """Differences between the notes of two scores."""

    first: np.ndarray  # (N,) int8, a Difference for each note of the first score
    second: np.ndarray  # (M,) int8, the same for the second
    changed: np.ndarray  # (C, 2) int64, indices of a changed note in the first and in the second
    changed_columns: dict[str, int]  # how many of them differ in pitch, start, duration, velocity

    @property
    def same_notes(self) -> int:
        return int((self.first == Difference.SAME).sum())

    @property
    def removed_notes(self) -> int:
        return int((self.first == Difference.ONLY_HERE).sum())

    @property
    def added_notes(self) -> int:
        return int((self.second == Difference.ONLY_HERE).sum())


def note_differences(first: Score, second: Score) -> NoteDifferences:
    """Differences between two scores, part by part.

    A note is changed if it has the start and pitch of one in the other score, or start and
    duration, or end and pitch, or pitch and duration at most a quarter away.
    """
    tables = _columns(first, second.resolution), _columns(second, first.resolution)
    parts = first.notes["part"].tolist(), second.notes["part"].tolist()
    states = [np.full(len(of), Difference.ONLY_HERE, np.int8) for of in (first, second)]
    limit = MAX_MOVED_QUARTERS * first.resolution * second.resolution
    pairs: list[tuple[int, int]] = []
    for one, other in _paired_parts(first.parts, second.parts):
        pairs += _paired_notes(tables, _notes_of(parts[0], one), _notes_of(parts[1], other), limit)
    changed = []
    for pair in pairs:
        differs = any(tables[0][name][pair[0]] != tables[1][name][pair[1]] for name in _ALL)
        for state, index in zip(states, pair, strict=True):
            state[index] = Difference.CHANGED if differs else Difference.SAME
        if differs:
            changed.append(pair)
    counts = {
        name: sum(tables[0][name][a] != tables[1][name][b] for a, b in changed) for name in _ALL
    }
    pairs_changed = np.array(sorted(changed), np.int64).reshape(-1, 2)
    return NoteDifferences(states[0], states[1], pairs_changed, counts)


def _columns(score: Score, factor: int) -> dict[str, list[int]]:
    """Columns of the notes, and their ends; times multiplied by a factor."""
    columns = {name: score.notes[name].astype(np.int64) for name in _ALL}
    for name in ("start", "duration"):
        columns[name] *= factor
    columns["end"] = columns["start"] + columns["duration"]
    return {name: column.tolist() for name, column in columns.items()}


def _paired_parts(first: Iterable[Part], second: Iterable[Part]) -> list[tuple[int, int]]:
    """Numbers of the parts that are the same: of equal name and instrument, then in their order."""
    pairs: list[tuple[int, int]] = []
    left, right = dict(enumerate(first)), dict(enumerate(second))
    for kind in (_name_and_instrument, _is_drum):
        waiting = defaultdict(list)
        for number, part in right.items():
            waiting[kind(part)].append(number)
        for number, part in list(left.items()):
            if waiting[kind(part)]:
                other = waiting[kind(part)].pop(0)
                pairs.append((number, other))
                del left[number], right[other]
    return pairs


def _name_and_instrument(part: Part) -> tuple[object, ...]:
    return part.name, part.program, part.is_drum


def _is_drum(part: Part) -> tuple[object, ...]:
    return (part.is_drum,)


def _notes_of(parts: list[int], part: int) -> list[int]:
    return [index for index, value in enumerate(parts) if value == part]


def _paired_notes(
    tables: tuple[dict[str, list[int]], dict[str, list[int]]],
    first: list[int],
    second: list[int],
    limit: int,
) -> list[tuple[int, int]]:
    """Indices of notes of one part that are the same or changed, each in one pair at most."""
    pairs: list[tuple[int, int]] = []
    for columns in (_ALL, *_KEPT):
        waiting: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for index in reversed(second):
            waiting[tuple(tables[1][name][index] for name in columns)].append(index)
        found = []
        for index in first:
            if others := waiting[tuple(tables[0][name][index] for name in columns)]:
                found.append((index, others.pop()))
        first, second = _without(first, second, found)
        pairs += found
    return pairs + _moved_notes(tables, first, second, limit)


def _moved_notes(
    tables: tuple[dict[str, list[int]], dict[str, list[int]]],
    first: list[int],
    second: list[int],
    limit: int,
) -> list[tuple[int, int]]:
    """Pairs of equal pitch and duration, each with the nearest start within the limit."""
    waiting: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for index in second:
        key = tables[1]["pitch"][index], tables[1]["duration"][index]
        waiting[key].append((tables[1]["start"][index], index))
    pairs = []
    for index in first:
        others = waiting[tables[0]["pitch"][index], tables[0]["duration"][index]]
        start = tables[0]["start"][index]
        place = bisect_left(others, (start, 0))
        near = [(abs(others[i][0] - start), i) for i in (place - 1, place) if 0 <= i < len(others)]
        distance, nearest = min(near, default=(limit + 1, 0))
        if distance <= limit:
            pairs.append((index, others.pop(nearest)[1]))
    return pairs


def _without(
    first: list[int], second: list[int], pairs: list[tuple[int, int]]
) -> tuple[list[int], list[int]]:
    """The indices that are in no pair."""
    left, right = {a for a, _ in pairs}, {b for _, b in pairs}
    return [i for i in first if i not in left], [i for i in second if i not in right]
