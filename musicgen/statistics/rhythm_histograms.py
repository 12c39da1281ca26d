"""Rhythm histograms of a collection: durations, onsets, tempi, metres, velocities, polyphony.

Scores are on the grid. Performances do not count where time is in beats or bars.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm

import numpy as np

from musicgen.metres import Metre, bar_positions
from musicgen.score import Score
from musicgen.statistics.histogram import Histogram, histogram
from musicgen.statistics.note_values import (
    NOTE_VALUES,
    PLACES,
    duration_name,
    nearest_named,
    place_name,
)
from musicgen.theory.pooled_notes import pooled_notes


def durations(scores: Sequence[Score]) -> Histogram:
    """Count the durations of notes, in ticks; performances do not count.

    A duration that is no note value counts as one a tick longer or shorter than the nearest.
    """
    notes, pieces = pooled_notes(on_beat(scores))
    return histogram(nearest_named(notes["duration"], NOTE_VALUES), pieces, duration_name)


def onsets_in_bar(scores: Sequence[Score]) -> Histogram:
    """Count notes by onset in the bar, in ticks from the bar line; performances do not count.

    An onset between the halves, thirds, quarters and sixths of a quarter counts as one a tick after
    or before the nearest.
    """
    scores = on_beat(scores)
    notes, pieces = pooled_notes(scores)
    edges = np.cumsum([0, *map(len, scores)])
    places = np.empty(len(notes), np.int64)
    for score, first, last in zip(scores, edges, edges[1:], strict=False):
        places[first:last] = bar_positions(score.metres, score.notes["start"])[1]
    return histogram(nearest_named(places, PLACES), pieces, place_name)


def tempi(scores: Sequence[Score]) -> Histogram:
    """Count pieces by mean tempo, in whole quarters a minute; performances do not count."""
    tempi = {i: score.mean_tempo for i, score in enumerate(scores) if not score.is_performance}
    values = np.array([round(tempo) for tempo in tempi.values()], dtype=np.int64)
    return histogram(
        values, np.array(list(tempi), dtype=np.int64), lambda tempo: f"{tempo} quarters a minute"
    )


def metres(scores: Sequence[Score]) -> Histogram:
    """Count pieces by main metre; performances do not count.

    Values are 100 * numerator + denominator.
    """
    main = {i: main_metre(score) for i, score in enumerate(scores) if not score.is_performance}
    codes = [100 * metre.numerator + metre.denominator for metre in main.values()]
    pieces = np.array(list(main), dtype=np.int64)
    return histogram(
        np.array(codes, dtype=np.int64), pieces, lambda code: f"{code // 100}/{code % 100}"
    )


def main_metre(score: Score) -> Metre:
    """The metre that lasts longest in total."""
    starts = [metre.start for metre in score.metres]
    ends = [*starts[1:], max(score.end, starts[-1] + 1)]
    durations: dict[str, int] = {}
    for metre, start, end in zip(score.metres, starts, ends, strict=True):
        ticks = min(end, score.end) - min(start, score.end)
        durations[str(metre)] = durations.get(str(metre), 0) + ticks
    return max(score.metres, key=lambda metre: durations[str(metre)])


def velocities(scores: Sequence[Score]) -> Histogram:
    """Count notes by velocity."""
    notes, pieces = pooled_notes(scores)
    return histogram(notes["velocity"], pieces, lambda velocity: f"velocity {velocity}")


def polyphony(scores: Sequence[Score]) -> Histogram:
    """Time by number of notes that sound at once; 0 is silence before a piece's end.

    Time is in ticks; in those of a resolution that all have, where the resolutions differ.
    """
    notes, pieces = pooled_notes(scores)
    resolution = lcm(*(score.resolution for score in scores))
    ratio = np.array([resolution // score.resolution for score in scores], dtype=np.int64)
    lengths = ratio * np.array([score.end for score in scores], dtype=np.int64)
    begins = np.cumsum(lengths) - lengths  # start of each piece if they follow each other
    starts = begins[pieces] + ratio[pieces] * notes["start"]
    ticks = np.concatenate([starts, starts + ratio[pieces] * notes["duration"], begins])
    changes = np.repeat([1, -1, 0], [len(notes), len(notes), len(begins)])
    order = np.argsort(ticks, kind="stable")
    sounding = np.cumsum(changes[order])  # (2N + P,) after each change
    spans = np.diff(ticks[order], append=lengths.sum())
    nonempty = spans > 0
    piece = np.searchsorted(begins, ticks[order][nonempty], side="right") - 1
    return histogram(sounding[nonempty], piece, _voices, spans[nonempty])


def on_beat(scores: Sequence[Score]) -> list[Score]:
    """The scores with an empty one in place of each performance, so that numbers stay."""
    return [Score() if score.is_performance else score for score in scores]


def _voices(count: int) -> str:
    return {0: "silence", 1: "1 note"}.get(count, f"{count} notes")
