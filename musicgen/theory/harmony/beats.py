"""Beats of a score: three 8ths or 16ths in 6/8, 9/8, 12/16 and the like, else the metre's unit.

In a performance, which has no metre, they are half a second apart.
"""

from __future__ import annotations

import numpy as np

from musicgen.metres import Metre
from musicgen.score import Score


def beat_ticks(score: Score, stop: int) -> np.ndarray:
    """Ticks of the beats from the first bar line up to the last before `stop`: (B,) int64."""
    if stop <= 0:
        return np.zeros(0, np.int64)
    if score.is_performance:
        return np.arange(0, stop, score.resolution)
    ends = [*(metre.start for metre in score.metres[1:]), stop]
    spans = [
        np.arange(metre.start, min(end, stop), beat_length(metre, score.resolution))
        for metre, end in zip(score.metres, ends, strict=True)
    ]
    return np.concatenate(spans)


def beat_length(metre: Metre, resolution: int) -> int:
    """Ticks of a beat: a quarter in 4/4, a dotted quarter in 6/8."""
    is_compound = metre.denominator >= 8 and metre.numerator % 3 == 0 and metre.numerator > 3
    return max(1, 4 * resolution * (3 if is_compound else 1) // metre.denominator)
