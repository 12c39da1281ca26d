"""Durations and positions in the bar in a musician's words; times in ticks of 24 a quarter.

What lies between two note values, as notes that are played or cut short, is named by the nearest:
a "short eighth" is shorter than an eighth, and "2½+" is after the second half of beat 2.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from musicgen.metres import TICKS_PER_QUARTER

MINUS = "\N{MINUS SIGN}"
_PLAIN = {
    192: "double whole",
    96: "whole",
    48: "half",
    24: "quarter",
    12: "eighth",
    6: "16th",
    3: "32nd",
}
NOTE_VALUES = {  # ticks: name
    **{2 * ticks // 3: f"{name} triplet" for ticks, name in _PLAIN.items()},
    **{
        7 * ticks // 4: f"double-dotted {name}"
        for ticks, name in _PLAIN.items()
        if 12 <= ticks <= 48
    },
    **{3 * ticks // 2: f"dotted {name}" for ticks, name in _PLAIN.items() if ticks >= 6},
    **{
        longer + shorter: f"{_PLAIN[longer]} + {_PLAIN[shorter]}"
        for longer in (96, 48, 24, 12)
        for shorter in (48, 24, 12, 6, 3)
        if 4 * shorter <= longer
    },
    **_PLAIN,
}
PLACES = {  # ticks after a quarter: fraction of it
    0: "", 3: "⅛", 4: "⅙", 6: "¼", 8: "⅓", 9: "⅜", 12: "½", 15: "⅝", 16: "⅔", 18: "¾", 20: "⅚",
    21: "⅞",
}  # fmt: skip


def nearest_named(ticks: np.ndarray, named: Mapping[int, str]) -> np.ndarray:
    """Ticks (N,), those without a name as the tick after or before the nearest that has one.

    named: NOTE_VALUES, or PLACES for times after a bar line, which every quarter repeats.
    """
    ticks = np.asarray(ticks, np.int64)
    nearest = _nearest(ticks, named)
    return nearest + np.sign(ticks - nearest)


def duration_name(ticks: int) -> str:
    """Note value of a duration, or the nearest one: 11 ticks are a "short eighth"."""
    nearest = int(_nearest(np.array([ticks]), NOTE_VALUES)[0])
    length = "" if ticks == nearest else "long " if ticks > nearest else "short "
    return length + NOTE_VALUES[nearest]


def place_name(ticks: int) -> str:
    """Name of a position in the bar, in quarters: 36 ticks are "quarter 2½", 37 "quarter 2½+"."""
    nearest = int(_nearest(np.array([ticks]), PLACES)[0])
    quarter, rest = divmod(nearest, TICKS_PER_QUARTER)
    side = "" if ticks == nearest else "+" if ticks > nearest else MINUS
    return f"quarter {quarter + 1}{PLACES[rest]}{side}"


def _nearest(ticks: np.ndarray, named: Mapping[int, str]) -> np.ndarray:
    """The tick with a name that is nearest to each: (N,); the earlier of two."""
    values, start = np.array(sorted(named), np.int64), np.zeros_like(ticks)
    if named is PLACES:
        start = ticks - ticks % TICKS_PER_QUARTER
        values = np.append(values, TICKS_PER_QUARTER)
    rest = ticks - start
    after = np.searchsorted(values, rest).clip(1, len(values) - 1)
    below, above = values[after - 1], values[after]
    return start + np.where(rest - below <= above - rest, below, above)
