"""Percentiles of metrics over a collection."""

import json
import math

import pytest

from musicgen.composing.style.percentiles import (
    NATS_PER_NOTE,
    Percentiles,
    load_percentiles,
    metric_percentiles,
    save_percentiles,
)
from musicgen.json_files import InvalidJson
from musicgen.score import Score
from musicgen.statistics.metrics import score_metrics
from tests.helpers.tunes import tune

PERCENTILES = Percentiles(p5=0, p25=10, p50=20, p75=30, p95=50)


@pytest.mark.parametrize(
    "value, deviation", [(10, 0), (20, 0), (30, 0), (50, 1), (70, 2), (0, 1), (-10, 2)]
)
def test_deviation_is_measured_from_the_middle_half(value, deviation):
    assert PERCENTILES.deviation(value) == deviation


def test_a_twentieth_is_one_deviation_where_all_pieces_are_alike():
    assert Percentiles(8, 8, 8, 8, 8).deviation(8.4) == pytest.approx(1)


def test_values_that_are_not_finite_are_left_out():
    assert Percentiles.of([math.nan, 0, 1, 2, 3, 4]) == Percentiles(0.2, 1, 2, 3, 3.8)
    assert Percentiles.of([math.nan]) is None


def test_percentiles_of_a_collection_are_saved_and_loaded(tmp_path):
    scores = [tune(seed) for seed in range(20)]
    percentiles = metric_percentiles([*scores, Score()], nats_per_note=[1.0, 2.0, 3.0])
    finite = {name for name, value in score_metrics(scores[0]).items() if math.isfinite(value)}
    assert set(percentiles) == finite | {NATS_PER_NOTE}
    assert percentiles[NATS_PER_NOTE].p50 == 2
    save_percentiles(percentiles, tmp_path)
    assert load_percentiles(tmp_path) == percentiles


def test_the_file_of_an_early_version_is_loaded(tmp_path):
    row = {"p5": 0.0, "p25": 10.0, "p50": 20.0, "p75": 30.0, "p95": 50.0}
    (tmp_path / "reference.json").write_text(json.dumps({"nats a note": row}))
    assert load_percentiles(tmp_path) == {NATS_PER_NOTE: PERCENTILES}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"a": 1}',
        '{"a": {"p5": 1}}',
        '{"a": {"p9": 1}}',
        '{"a": {"p5": "x", "p25": 1, "p50": 1, "p75": 1, "p95": 1}}',
        '{"a": {"p5": NaN, "p25": 1, "p50": 1, "p75": 1, "p95": 1}}',
    ],
)
def test_a_file_that_does_not_fit_is_refused_by_name(tmp_path, text):
    assert load_percentiles(tmp_path) == {}
    (tmp_path / "reference.json").write_text(text)
    with pytest.raises(InvalidJson, match=r"reference\.json cannot be read"):
        load_percentiles(tmp_path)
