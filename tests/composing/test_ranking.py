"""Penalties that pieces are ranked by."""

import math

from musicgen.composing.originality.report import Originality
from musicgen.composing.ranking import DEGENERATE_PENALTY, Penalty, rank, score_piece
from musicgen.composing.style.percentiles import (
    NATS_PER_NOTE,
    Percentiles,
    metric_percentiles,
)
from musicgen.statistics.metrics import score_metrics
from musicgen.theory.repetition import DegenerateRepetition
from tests.helpers.tunes import tune

USUAL = Percentiles(p5=0, p25=10, p50=20, p75=30, p95=50)


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
