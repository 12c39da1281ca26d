"""Statistics of a part of a collection as sums, which add up to those of the whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import fsum, lcm

import numpy as np

from musicgen.metres import TICKS_PER_QUARTER
from musicgen.score import SECONDS_RESOLUTION, Score
from musicgen.statistics import (
    part_statistics,
    pitch_histograms,
    rhythm_histograms,
    seconds_histograms,
)
from musicgen.statistics.histogram import Histogram
from musicgen.statistics.overview import Overview, overview

# Ticks that both kinds of time have, so that times of polyphony add up.
_COMMON_RESOLUTION = lcm(TICKS_PER_QUARTER, SECONDS_RESOLUTION)

Row = tuple[float, str, int, int]  # value, label, count, number of pieces


@dataclass(frozen=True)
class StatisticsSums:
    """Numbers of the overview, and histograms by name, with pieces counted and not listed."""

    overview: Overview = field(default_factory=lambda: Overview(0, 0, 0, 0.0, 0, 0))
    performances: int = 0  # pieces
    steps: int = 0  # of the encoding
    histograms: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)

    def histogram(self, name: str) -> Histogram:
        """A histogram by name; empty where nothing was counted."""
        rows = self.histograms.get(name, ())
        values = np.array([row[0] for row in rows], np.float64)
        is_whole = np.array_equal(values, np.rint(values))  # all but the seconds of performances
        return SummedHistogram(
            values.astype(np.int64) if is_whole else values,
            tuple(row[1] for row in rows),
            np.array([row[2] for row in rows], np.int64),
            (),
            sum(row[2] for row in rows),
            np.array([row[3] for row in rows], np.int64),
        )


@dataclass(frozen=True, eq=False)
class SummedHistogram(Histogram):
    """A histogram that knows how many pieces have a value, and not which."""

    piece_counts: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))  # (B,)

    @property
    def pieces(self) -> np.ndarray:
        return self.piece_counts

    def select(self, selection: np.ndarray) -> Histogram:
        rows = np.arange(len(self))[selection]
        labels = tuple(self.labels[row] for row in rows)
        counts = self.counts[rows]
        return SummedHistogram(
            self.values[rows], labels, counts, (), self.total, self.piece_counts[rows]
        )


def statistics_of(scores: Sequence[Score], steps: int) -> StatisticsSums:
    """Statistics of scores, which are steps in an encoding."""
    placed = [score.on_grid() for score in scores]
    pitched = [score.pitched for score in placed]
    frequency = pitch_histograms.note_frequency(pitched)
    histograms = {
        "notes and chords": frequency.combined,
        "pitches": pitch_histograms.pitches(pitched),
        "pitch classes": pitch_histograms.pitch_classes(pitched),
        "intervals": pitch_histograms.intervals(pitched),
        "durations": rhythm_histograms.durations(pitched),
        "onsets": rhythm_histograms.onsets_in_bar(pitched),
        "metres": rhythm_histograms.metres(pitched),
        "tempi": rhythm_histograms.tempi(scores),
        "velocities": rhythm_histograms.velocities(pitched),
        "durations in seconds": seconds_histograms.durations(pitched),
        "time between onsets": seconds_histograms.inter_onsets(pitched),
        "instruments": part_statistics.instruments(scores),
        "drums": part_statistics.drum_sounds(scores),
    }
    rows = {name: _rows(histogram) for name, histogram in histograms.items()}
    return StatisticsSums(
        overview(scores),
        sum(score.is_performance for score in scores),
        steps,
        {**rows, "polyphony": _polyphony(pitched)},
    )


def sum_statistics(parts: Iterable[StatisticsSums]) -> StatisticsSums:
    """Statistics of all parts of a collection together."""
    parts = [part for part in parts if part.overview.pieces]
    if not parts:
        return StatisticsSums()
    total = {name: sum(getattr(p.overview, name) for p in parts) for name in _ADDED}
    seconds = fsum(part.overview.seconds for part in parts)
    names = sorted({name for part in parts for name in part.histograms})
    return StatisticsSums(
        Overview(
            **total,
            seconds=seconds,
            shortest=min(part.overview.shortest for part in parts),
            longest=max(part.overview.longest for part in parts),
        ),
        sum(part.performances for part in parts),
        sum(part.steps for part in parts),
        {name: _sum_rows([part.histograms.get(name, ()) for part in parts]) for name in names},
    )


_ADDED = ("pieces", "notes", "drum_notes")  # numbers of an overview


def _rows(histogram: Histogram, factor: int = 1) -> tuple[Row, ...]:
    columns = (histogram.values, histogram.counts * factor, histogram.pieces)
    values, counts, pieces = (column.tolist() for column in columns)
    return tuple(zip(map(float, values), histogram.labels, counts, pieces, strict=True))


def _polyphony(pitched: Sequence[Score]) -> tuple[Row, ...]:
    """Rows of polyphony, in ticks of the resolution that both kinds of time have."""
    if not pitched:
        return ()
    resolution = lcm(*(score.resolution for score in pitched))
    return _rows(rhythm_histograms.polyphony(pitched), _COMMON_RESOLUTION // resolution)


def _sum_rows(tables: Sequence[tuple[Row, ...]]) -> tuple[Row, ...]:
    """Rows of several histograms added up by value, in order of the values."""
    labels: dict[float, str] = {}
    sums: dict[float, list[int]] = defaultdict(partial(list, (0, 0)))
    for value, label, count, pieces in (row for rows in tables for row in rows):
        labels.setdefault(value, label)
        of_value = sums[value]
        of_value[0] += count
        of_value[1] += pieces
    return tuple((v, labels[v], sums[v][0], sums[v][1]) for v in sorted(sums))
