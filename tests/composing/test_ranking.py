"""The reference figures and the score that pieces are ranked by."""

import json
import math

import pytest

from musicgen.composing.originality.report import Originality
from musicgen.composing.ranking import DEGENERATE_PENALTY, Penalty, rank, score_piece
from musicgen.composing.style.percentiles import (
    NATS_PER_NOTE,
    Percentiles,
    load_percentiles,
    metric_percentiles,
    save_percentiles,
)
from musicgen.score import Score
from musicgen.statistics.metrics import METRICS, score_metrics
from musicgen.theory.repetition import DegenerateRepetition
from tests.helpers.tunes import tune

USUAL = Percentiles(p5=0, p25=10, p50=20, p75=30, p95=50)


@pytest.mark.parametrize(
    "value, deviation", [(10, 0), (20, 0), (30, 0), (50, 1), (70, 2), (0, 1), (-10, 2)]
)
def test_strangeness_counts_from_the_middle_half(value, deviation):
    assert USUAL.deviation(value) == deviation


def test_where_all_are_alike_a_twentieth_is_strange():
    assert Percentiles(8, 8, 8, 8, 8).deviation(8.4) == pytest.approx(1)


def test_percentiles_over_those_values_that_are_numbers():
    assert Percentiles.of([math.nan, 0, 1, 2, 3, 4]) == Percentiles(0.2, 1, 2, 3, 3.8)
    assert Percentiles.of([math.nan]) is None


def test_the_reference_of_a_collection_is_saved_with_the_run(tmp_path):
    scores = [tune(seed) for seed in range(20)]
    percentiles = metric_percentiles([*scores, Score()], nats_per_note=[1.0, 2.0, 3.0])
    assert set(percentiles) == set(METRICS) | {NATS_PER_NOTE}
    assert percentiles[NATS_PER_NOTE].p50 == 2
    save_percentiles(percentiles, tmp_path)
    assert load_percentiles(tmp_path) == percentiles


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"a": {"p5": 1}}', '{"a": {"p9": 1}}'])
def test_a_damaged_reference_is_none(tmp_path, text):
    assert load_percentiles(tmp_path) == {}
    (tmp_path / "reference.json").write_text(text)
    assert load_percentiles(tmp_path) == {}
    (tmp_path / "reference.json").write_text(json.dumps({"a": dict.fromkeys(vars(USUAL), "x")}))
    assert load_percentiles(tmp_path) == {}


def report(longest: int, human: float | None) -> Originality:
    return Originality(longest, 1.0, "", None, 0.0, human)


def test_the_parts_of_the_score():
    percentiles = {"a": USUAL, "b": USUAL, NATS_PER_NOTE: USUAL}
    found = score_piece({"a": 50, "b": 20, "c": 5}, 70.0, percentiles, report(18, 12.0), None)
    assert found == Penalty(likelihood=2.0, metrics=0.5, originality=0.5, degenerate_repetition=0.0)
    assert found.total == 3.0


def test_what_is_not_known_counts_nothing():
    assert score_piece({"a": 50}, 3.0, {}, None, None).total == 0
    assert score_piece({"a": math.nan}, 20, {"a": USUAL}, report(18, None), None).total == 0
    assert score_piece({}, 20, {}, report(10, 12.0), None).total == 0


def test_the_collapsed_come_last_and_equals_keep_their_order():
    collapsed = score_piece({}, 0, {}, None, DegenerateRepetition(0, 16, 1, 0))
    assert collapsed.degenerate_repetition == DEGENERATE_PENALTY
    strange, usual = Penalty(1, 0, 0, 0), Penalty(0, 0, 0, 0)
    assert rank([collapsed, strange, usual, usual]) == [2, 3, 1, 0]


def test_pieces_of_a_collection_are_less_strange_than_others():
    percentiles = metric_percentiles([tune(seed) for seed in range(40)])
    own = [
        score_piece(score_metrics(tune(seed)), 0, percentiles, None, None).total
        for seed in range(50, 60)
    ]
    other = [
        score_piece(score_metrics(tune(seed, chord=0.9)), 0, percentiles, None, None).total
        for seed in range(50, 60)
    ]
    assert max(own) < min(other)
