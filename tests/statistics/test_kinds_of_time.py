"""Statistics of scores of any resolution, with drums and tempo changes, and of performances."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from musicgen.metres import Metre
from musicgen.score import Score, notes_from
from musicgen.score_fields import Part, TempoChange
from musicgen.statistics.metrics import METRICS, score_metrics
from tests.helpers.score_strategies import scores

IN_SECONDS = {name for name in METRICS if "second" in name}
IN_BEATS = {
    *("groove consistency", "empty beats", "notes per bar", "notes per beat"),
    *("mean duration", "mean inter-onset", "longest wait"),
}


def finer(score: Score, factor: int = 20) -> Score:
    """The same music with more ticks per quarter."""
    return score.at_resolution(score.resolution * factor)


@given(scores())
def test_metrics_do_not_depend_on_the_resolution(score: Score) -> None:
    np.testing.assert_equal(score_metrics(finer(score)), score_metrics(score))
    for name, metric in METRICS.items():
        np.testing.assert_equal(metric(finer(score)), metric(score), err_msg=name)


def test_drums_do_not_enter_metrics() -> None:
    melody = [(24 * i, 24, 60 + i) for i in range(8)]
    beat = [(12 * i, 3, 42, 80, 0, 1) for i in range(17)]
    score = Score(notes_from(melody))
    with_drums = Score(notes_from(melody + beat), parts=(Part(), Part(is_drum=True)))
    np.testing.assert_equal(score_metrics(with_drums), score_metrics(score))


def test_performances_are_measured_in_seconds() -> None:
    """Four notes in 3/8 of a second, the last two of them twice as fast."""
    notes = notes_from([(96 * i, 96, 60 + i) for i in range(4)])
    changes = (TempoChange(192, 480.0),)  # the last two pass in half of the time
    score = Score(notes, 240.0, (Metre(0, 3, 4),), tempo_changes=changes, resolution=192)
    metrics = score_metrics(replace(score, is_performance=True))
    assert metrics["notes per second"] == pytest.approx(4 / 0.375, rel=0.02)
    assert metrics["mean duration in seconds"] == pytest.approx(0.375 / 4, abs=0.01)
    assert metrics["longest wait in seconds"] == pytest.approx(0.125, abs=0.01)
    assert {name for name in IN_BEATS if not math.isnan(metrics[name])} == set()
    assert {name for name in IN_SECONDS if math.isnan(metrics[name])} == set()
    on_beat = score_metrics(score)
    assert {name for name in IN_SECONDS if not math.isnan(on_beat[name])} == set()
    assert on_beat["mean duration"] == 0.5
