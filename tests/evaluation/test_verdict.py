"""What is said of a model's loss beside its baselines."""

from __future__ import annotations

import pytest

from musicgen.evaluation.verdict import learning_verdict

BASELINES = {"uniform": 21.7, "unigram": 16.3, "n-gram": 9.0}


@pytest.mark.parametrize(
    ("loss", "level", "values"),
    [
        (25.2, "unlearned", ("25.20", "16.30")),
        (16.3, "unlearned", ("16.30",)),
        (12.0, "some", ("12.00", "9.00")),
        (8.99, "learned", ("8.99", "9.00")),
    ],
)
def test_a_loss_is_compared_with_counting(loss: float, level: str, values: tuple) -> None:
    verdict = learning_verdict(loss, BASELINES, "note")
    assert verdict is not None and verdict.level == level
    assert all(value in verdict.sentence for value in values)


@pytest.mark.parametrize(("test", "level"), [(9.33, "learned"), (11.2, "some"), (12.0, "some")])
def test_the_test_pieces_count_as_well(test: float, level: str) -> None:
    verdict = learning_verdict(5.84, BASELINES, "note", test, test_ngram=11.2)
    assert verdict is not None and verdict.level == level
    for value in ("5.84", "9.00", f"{test:.2f}", "11.20"):
        assert value in verdict.sentence


def test_nothing_is_said_without_both() -> None:
    assert learning_verdict(None, BASELINES) is None
    assert learning_verdict(3.0, {}) is None
    assert learning_verdict(3.0, {"uniform": 9.0}) is None
