"""Statistics as sums: those of the parts of a collection add up to those of the whole."""

from __future__ import annotations

import numpy as np
import pytest

from musicgen.corpus.load import load_collection
from musicgen.statistics.analysis import Analysis
from musicgen.statistics.sums import StatisticsSums, statistics_of, sum_statistics

NAMES = {
    "pitches": "pitches",
    "pitch classes": "pitch_classes",
    "intervals": "intervals",
    "durations": "durations",
    "onsets": "onsets",
    "metres": "metres",
    "tempi": "tempi",
    "velocities": "velocities",
    "instruments": "instruments",
}


def test_parts_of_a_collection_add_up() -> None:
    collection = load_collection("ryans-mammoth")
    scores, analysis = collection.scores[:200], Analysis(collection)
    analysis.scores = scores
    parts = [statistics_of(scores[at : at + 70], 10) for at in range(0, 200, 70)]
    sums = sum_statistics([*parts, StatisticsSums()])
    assert sums.overview.pieces == 200
    assert sums.overview.notes == analysis.overview.notes
    assert sums.overview.seconds == pytest.approx(analysis.overview.seconds)
    assert (sums.overview.shortest, sums.overview.longest) == (
        analysis.overview.shortest,
        analysis.overview.longest,
    )
    assert sums.steps == 30
    for name, attribute in NAMES.items():
        whole, summed = getattr(analysis, attribute), sums.histogram(name)
        assert summed.labels == whole.labels
        assert np.array_equal(summed.values, whole.values)
        assert np.array_equal(summed.counts, whole.counts)
        assert np.array_equal(summed.pieces, whole.pieces)
        most = summed.most_frequent(3)
        assert np.array_equal(most.pieces, whole.most_frequent(3).pieces)
    frequency = analysis.note_frequency.combined
    assert sums.histogram("notes and chords").labels == frequency.labels
    polyphony = sums.histogram("polyphony")
    assert np.allclose(polyphony.shares, analysis.polyphony.shares)


def test_nothing_is_an_empty_histogram() -> None:
    empty = sum_statistics([])
    assert empty.overview.pieces == 0
    assert len(empty.histogram("pitches")) == 0
