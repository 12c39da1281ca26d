"""The grid of `events`: its step in time, its keys, its longest duration."""

from musicgen.score import TICKS_PER_QUARTER

GRID_PER_QUARTER = 12  # 16ths and triplets are exact
GRID_TICKS = TICKS_PER_QUARTER // GRID_PER_QUARTER
MAX_GRID_UNITS = 16 * GRID_PER_QUARTER  # of a duration or a silence, in grid steps

LOWEST_KEY, HIGHEST_KEY = 21, 108  # a piano's
KEYS = HIGHEST_KEY - LOWEST_KEY + 1

assert GRID_TICKS * GRID_PER_QUARTER == TICKS_PER_QUARTER
