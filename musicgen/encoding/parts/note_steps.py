"""Notes to tables of one part each, and these to rows of steps, with rests where it is silent."""

from __future__ import annotations

import numpy as np

from musicgen.encoding.grid import HIGHEST_KEY, LOWEST_KEY, Grid
from musicgen.encoding.parts.values import AFTER, AT_END, REST, last_value


def tables_by_role(notes: np.ndarray, of_note: np.ndarray, roles: int) -> list[np.ndarray]:
    """Notes in grid units (N,) as values of the fields, a table (M, 4) for each role."""
    columns = (notes["start"], notes["duration"], notes["pitch"] - LOWEST_KEY)
    table = np.stack([*columns, notes["velocity"] // 4], axis=1).astype(np.int64)
    return [table[of_note == role] for role in range(roles)]


def within_piano(pitch: np.ndarray) -> np.ndarray:
    """Pitches moved by octaves into those of a piano: (N,) -> (N,)."""
    pitch = pitch + -(-(LOWEST_KEY - pitch).clip(min=0) // 12) * 12
    return pitch - -(-(pitch - HIGHEST_KEY).clip(min=0) // 12) * 12


def one_a_key(notes: np.ndarray) -> np.ndarray:
    """Notes by onset, one a key at a time in each part: (N,) -> (M,) NOTE_DTYPE."""
    notes = notes[np.lexsort((-notes["duration"], notes["start"], notes["pitch"], notes["part"]))]
    key = notes["part"].astype(np.int64) * 128 + notes["pitch"]
    first = np.append(True, (np.diff(key) != 0) | (np.diff(notes["start"]) > 0))[: len(notes)]
    notes, key = notes[first], key[first]
    gap = np.diff(notes["start"])
    cut = (np.diff(key) == 0) & (gap < notes["duration"][:-1])
    notes["duration"][:-1][cut] = gap[cut]
    return notes[np.lexsort((notes["part"], notes["pitch"], notes["start"]))]


def part_rows(notes: np.ndarray, part: int, grid: Grid, until: int | None = None) -> np.ndarray:
    """Rows of steps of one part: (N, 4) start, duration, pitch, velocity -> (M, 6).

    Rows hold onset, part, pitch, duration less one, next, velocity. A silence of a quarter or more
    is a rest; a shorter one belongs to the note before it. until: grid units up to which the part
    rests after its notes, to go on; None where it ends with them.
    """
    notes = _without_overlaps(notes)
    starts, durations = notes[:, 0], notes[:, 1].clip(max=grid.max_units)
    values = np.append(_next_values(starts, durations, grid), last_value(grid))[: len(notes)]
    if until is not None:
        values[-1:] = AT_END
    of_part = np.full(len(notes), part)
    columns = (starts, of_part, notes[:, 2], durations - 1, values, notes[:, 3])
    rows = np.stack(columns, axis=1)
    # When the part is free again: at first, and after each note.
    free = np.where(values == AT_END, starts + durations, np.append(starts[1:], 0)[: len(notes)])
    free, next_starts = np.append(0, free), starts if until is None else np.append(starts, until)
    silences = np.flatnonzero(free[: len(next_starts)] < next_starts)
    rests = [_rests(free[at], next_starts[at], part, grid) for at in silences.tolist()]
    if not rests:
        return rows
    places = np.repeat(silences, [len(filled) for filled in rests])
    return np.insert(rows, places, np.concatenate(rests), axis=0)


def _next_values(starts: np.ndarray, durations: np.ndarray, grid: Grid) -> np.ndarray:
    """Values of `next` of all notes but the last: (N,) -> (N - 1,)."""
    units, durations = np.diff(starts), durations[:-1]
    is_rest = (units - durations >= grid.per_quarter) | (units > grid.max_units)
    return np.where(is_rest | (units == durations), AT_END, AFTER + units)


def _rests(start: int, end: int, part: int, grid: Grid) -> np.ndarray:
    """Rows of rests that fill a silence: (M, 6)."""
    longest = grid.max_units
    onsets = range(start, end, longest)
    return np.array([(at, part, REST, min(longest, end - at) - 1, AT_END, 0) for at in onsets])


def _without_overlaps(notes: np.ndarray) -> np.ndarray:
    """One note a key at a time: (N, 4) -> (M, 4), by onset, then pitch."""
    order = np.lexsort((-notes[:, 1], notes[:, 0], notes[:, 2]))
    notes = notes[order]
    same_key = notes[1:, 2] == notes[:-1, 2]
    again = same_key & (notes[1:, 0] == notes[:-1, 0])
    notes = notes[np.concatenate([[True], ~again])] if len(notes) else notes
    gap, same_key = notes[1:, 0] - notes[:-1, 0], notes[1:, 2] == notes[:-1, 2]
    cut = same_key & (gap < notes[:-1, 1])
    notes[:-1, 1][cut] = gap[cut]
    return notes[np.lexsort((notes[:, 2], notes[:, 0]))]
