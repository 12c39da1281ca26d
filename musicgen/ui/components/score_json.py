"""A score as the components in the browser get it: its time, and what sounds beside the notes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from musicgen.rendering.time_axis import tempo_map, time_lines
from musicgen.score import Score


def time_json(score: Score) -> dict[str, Any]:
    """The time of a score: bars, metres, tempi."""
    ticks, seconds, rates = (column.tolist() for column in tempo_map(score))
    return {
        "resolution": score.resolution,
        "isPerformance": score.is_performance,
        "barLines": time_lines(score).tolist() or [0],
        "firstBar": score.first_bar_number,
        "metres": [[m.start, m.numerator, m.denominator] for m in score.metres],
        "tempoMap": {"ticks": ticks, "seconds": seconds, "ticksPerSecond": rates},
    }


def sound_json(score: Score) -> dict[str, Any]:
    """The parts of a score with their instruments, and its pedal."""
    return {
        "parts": [asdict(part) for part in score.parts],
        "pedal": score.pedal_changes.tolist(),
    }
