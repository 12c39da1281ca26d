"""The grid of `events`: its unit of time, its keys, its longest duration."""

from musicgen.metres import TICKS_PER_QUARTER

GRID_PER_QUARTER = 12  # 16ths and triplets are exact
GRID_TICKS = TICKS_PER_QUARTER // GRID_PER_QUARTER  # ticks of a grid unit
MAX_GRID_UNITS = 16 * GRID_PER_QUARTER  # of a duration or an onset shift

LOWEST_KEY, HIGHEST_KEY = 21, 108  # A0 and C8, a piano's
KEYS = HIGHEST_KEY - LOWEST_KEY + 1

assert GRID_TICKS * GRID_PER_QUARTER == TICKS_PER_QUARTER
