"""What a collection holds and a model of it will not learn."""

from __future__ import annotations

from collections.abc import Sequence

from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.steps import Encoding
from musicgen.score import Score


def omissions(scores: Sequence[Score], encoding: Encoding) -> list[str]:
    """Name what training leaves out of these pieces: `the pedal (in 3 of 8 pieces)`."""
    counts = {
        "the pedal": sum(len(score.pedals) > 0 for score in scores),
        "changes of tempo": sum(
            len(score.tempo_changes) > 0 and not score.is_performance for score in scores
        ),
    }
    if encoding.name != PartsEncoding.name:
        counts["drums"] = sum(bool(score.is_drum.any()) for score in scores)
    if encoding.grid.has_bars:  # its clock is the beat
        performances = sum(score.is_performance for score in scores)
        counts["the timing of performances, which are moved onto beats"] = performances
    if encoding.name == "notes":
        counts["rhythm"] = len(scores)
    total = len(scores)
    return [
        name if count == total else f"{name} (in {count:,} of {total:,} pieces)"
        for name, count in counts.items()
        if count
    ]
