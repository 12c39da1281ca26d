"""Surroundings of a stretch of a piece: the steps before, after and beside what is composed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.note_steps import part_rows
from musicgen.encoding.parts.steps_of_parts import GivenSteps, PartsSteps
from musicgen.encoding.parts.values import REST, last_value
from musicgen.score import Score


def encode_surroundings(
    encoding: PartsEncoding, score: Score, start: int, end: int, composed: Collection[int]
) -> PartsSteps:
    """The steps before a stretch of a piece (grid units), of which those around it are given.

    composed: numbers of the roles that are composed from start to end; all else is given. After
    the stretch their parts go on with the notes that they have there, or end.
    """
    opening = encoding.encode_opening(score, start)
    tables, _ = encoding.tables(encoding.grid.on_clock(score))
    given = []
    for part, table in enumerate(tables):
        if part not in composed:
            given.append(part_rows(table, part, encoding.grid))
            continue
        before, after = table[table[:, 0] < start], table[table[:, 0] >= end]
        given.append(part_rows(before, part, encoding.grid, until=start))
        given.append(_rows_after(after, part, end, encoding))
    rows = np.concatenate(given)
    fields = rows[:, 2 : 2 + len(encoding.fields)].astype(np.int32)
    steps = GivenSteps(rows[:, 1], rows[:, 0], fields, comes_first=True)
    order = np.lexsort((rows[:, 1], rows[:, 0]))
    first = order[rows[order, 0] < start]
    return replace(opening, fields=fields[first], given=steps)


def _rows_after(notes: np.ndarray, part: int, end: int, encoding: PartsEncoding) -> np.ndarray:
    """Rows of a part that goes on at a time with these notes; a last rest without any."""
    if not len(notes):
        return np.array([[end, part, REST, 0, last_value(encoding.grid), 0]])
    rows = part_rows(notes - [end, 0, 0, 0], part, encoding.grid)
    rows[:, 0] += end
    return rows
