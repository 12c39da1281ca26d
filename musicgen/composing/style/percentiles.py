"""Percentiles of metrics over the pieces of a collection, saved with a run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from musicgen.file_hashes import write_listed
from musicgen.files import to_json_bytes
from musicgen.json_files import read_json
from musicgen.score import Score
from musicgen.statistics.metrics import score_metrics

MAX_BYTES = 2**20
FILE = "reference.json"  # the name that the file has in runs of every version
NATS_PER_NOTE = "nats a note"  # metric: cost of a held-out piece, minus log-likelihood a note


@dataclass(frozen=True)
class Percentiles:
    """Percentiles of one metric over the pieces of a collection."""

    p5: float
    p25: float
    p50: float
    p75: float
    p95: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Percentiles | None:
        """Percentiles of the finite values; None without one."""
        finite = [value for value in values if math.isfinite(value)]
        if not finite:
            return None
        return cls(*map(float, np.percentile(finite, [5, 25, 50, 75, 95])))

    def deviation(self, value: float) -> float:
        """Distance from the middle half of the pieces: 0 within it, 1 at the 5th and 95th."""
        if value < self.p25:
            return (self.p25 - value) / max(self.p25 - self.p5, self._min_scale)
        return max(value - self.p75, 0.0) / max(self.p95 - self.p75, self._min_scale)

    @property
    def _min_scale(self) -> float:
        """Unit of deviation where all pieces have nearly the same value."""
        return max(abs(self.p50) * 0.05, 1e-6)


MetricPercentiles: TypeAlias = Mapping[str, Percentiles]  # by the metric's name


def metric_percentiles(
    scores: Sequence[Score], nats_per_note: Sequence[float] = ()
) -> dict[str, Percentiles]:
    """Percentiles of every metric over training pieces, by the metric's name.

    nats_per_note: costs of held-out pieces under the model.
    """
    rows = [score_metrics(score) for score in scores if len(score)]
    values = {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}
    values[NATS_PER_NOTE] = list(nats_per_note)
    percentiles = {name: Percentiles.of(values[name]) for name in values}
    return {name: of_metric for name, of_metric in percentiles.items() if of_metric is not None}


def save_percentiles(percentiles: MetricPercentiles, folder: Path) -> None:
    """Write percentiles into the folder of a run or checkpoint."""
    entry = {name: asdict(of_metric) for name, of_metric in percentiles.items()}
    write_listed(folder, FILE, to_json_bytes(entry))


def load_percentiles(folder: Path) -> dict[str, Percentiles]:
    """Read the percentiles of a folder; none where it has no file. Raises InvalidJson."""
    if not (folder / FILE).is_file():
        return {}
    percentiles: dict[str, Percentiles] = read_json(
        folder / FILE, dict[str, Percentiles], MAX_BYTES
    )
    return percentiles
