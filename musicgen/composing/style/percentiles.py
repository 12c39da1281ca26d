"""What is usual in a collection: percentiles of each figure over its pieces, kept with a run."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from musicgen.files import write_json
from musicgen.score import Score
from musicgen.statistics.metrics import score_metrics

FILE = "reference.json"
NATS = "nats a note"  # of the model on held-out pieces: minus log-likelihood


@dataclass(frozen=True)
class Percentiles:
    """Percentiles of one figure over the pieces of a collection."""

    p5: float
    p25: float
    p50: float
    p75: float
    p95: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Percentiles | None:
        """Of those values that are numbers; None where none is."""
        numbers = [value for value in values if math.isfinite(value)]
        if not numbers:
            return None
        return cls(*map(float, np.percentile(numbers, [5, 25, 50, 75, 95])))

    def deviation(self, value: float) -> float:
        """0 in the middle half, 1 about as far outside it as 5 of 100 pieces are, and so on."""
        if value < self.p25:
            return (self.p25 - value) / max(self.p25 - self.p5, self._least)
        return max(value - self.p75, 0.0) / max(self.p95 - self.p75, self._least)

    @property
    def _least(self) -> float:
        """What a difference is measured by where all pieces are alike."""
        return max(abs(self.p50) * 0.05, 1e-6)


Reference = Mapping[str, Percentiles]


def reference_of(scores: Sequence[Score], nats: Sequence[float] = ()) -> dict[str, Percentiles]:
    """The usual figures of training pieces, by name.

    nats: what held-out pieces cost the model a note, each.
    """
    rows = [score_metrics(score) for score in scores if len(score)]
    names = rows[0] if rows else ()
    found = {name: Percentiles.of(row[name] for row in rows) for name in names}
    found[NATS] = Percentiles.of(nats)
    return {name: usual for name, usual in found.items() if usual is not None}


def save_reference(reference: Reference, folder: Path) -> None:
    """Write the figures into a run's or checkpoint's folder."""
    write_json(folder / FILE, {name: asdict(usual) for name, usual in reference.items()})


def load_reference(folder: Path) -> Reference:
    """The figures of a folder; none where they are missing or damaged."""
    try:
        entry: dict[str, Any] = json.loads((folder / FILE).read_bytes())
        return {str(name): _usual(values) for name, values in entry.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _usual(values: Mapping[str, float]) -> Percentiles:
    usual = Percentiles(**{name: float(value) for name, value in values.items()})
    if not all(map(math.isfinite, asdict(usual).values())):
        raise ValueError("percentiles are numbers")
    return usual
