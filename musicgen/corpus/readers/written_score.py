"""What a reader of notation hands over: the score with facts that only notation has."""

from __future__ import annotations

from dataclasses import dataclass

from musicgen.score import Score


@dataclass(frozen=True)
class Notation:
    """A score with facts that only notation has."""

    score: Score
    parts: tuple[str, ...]  # names, by part number
    tempo: float | None  # quarters a minute; None if not written
    drums: int  # number of percussion notes, which the score leaves out
