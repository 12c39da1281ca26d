"""Values of the fields of `parts` that are no pitch and no time."""

from __future__ import annotations

from musicgen.encoding.grid import KEYS, Grid

# Values of `pitch`.
REST = KEYS
NO_PITCH = KEYS + 1  # the size of the field: there is no step

# Values of `next`: when the next step of the part is due.
AT_END = 0  # when the note or rest of this step ends
AFTER = 1  # this value and n stand for n grid units after the onset; 0 for a chord


def last_value(grid: Grid) -> int:
    """The value of `next` that says that the part has no further step."""
    return AFTER + grid.max_units + 1


def no_step(grid: Grid) -> tuple[int, int, int]:
    """Pitch, duration and `next` where there is no step: the sizes of the fields."""
    return NO_PITCH, grid.max_units, last_value(grid) + 1
