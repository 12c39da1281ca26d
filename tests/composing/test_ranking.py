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

PERCENTILES = Percentiles(p5=0, p25=10, p50=20, p75=30, p95=50)


def report(longest: int, human: float | None) -> Originality:
    return Originality(longest, 1.0, "", None, 0.0, human)


def test_parts_of_the_penalty():
    percentiles = {"a": PERCENTILES, "b": PERCENTILES, NATS_PER_NOTE: PERCENTILES}
    penalty = score_piece({"a": 50, "b": 20, "c": 5}, 70.0, percentiles, report(18, 12.0), None)
    assert penalty == Penalty(
        likelihood=2.0, metrics=0.5, originality=0.5, degenerate_repetition=0.0
    )
    assert penalty.total == 3.0


def test_parts_without_data_are_0():
    assert score_piece({"a": 50}, 3.0, {}, None, None).total == 0
    assert score_piece({"a": math.nan}, 20, {"a": PERCENTILES}, report(18, None), None).total == 0
    assert score_piece({}, 20, {}, report(10, 12.0), None).total == 0


def test_degenerate_pieces_come_last_and_equal_ones_keep_their_order():
    degenerate = score_piece({}, 0, {}, None, DegenerateRepetition(0, 16, 1, 0))
    assert degenerate.degenerate_repetition == DEGENERATE_PENALTY
    unlike, like = Penalty(1, 0, 0, 0), Penalty(0, 0, 0, 0)
    assert rank([degenerate, unlike, like, like]) == [2, 3, 1, 0]


def test_pieces_like_the_collection_have_less_penalty():
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
