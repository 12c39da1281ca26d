"""Mixtures of two models: worked examples, and properties of any mixture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen.evaluation.mixture import Gate, Probabilities, TooFewPieces, cross_fit, fit_gate
from musicgen.evaluation.report import Predictions


def even(*of_truth: float, times: int = 100) -> Probabilities:
    """Predictions of a model whose log odds are always 0."""
    true = np.tile(of_truth, times)[:, None]
    return Probabilities(true, np.full_like(true, 0.5))


def test_gate_of_a_worked_example() -> None:
    # The first model gives three of four true values 0.5, the second one of them. With weight w
    # of the second, 3 log(0.5 - 0.4 w) + log(0.1 + 0.4 w) is greatest at w = 1/8.
    first, second = even(0.5, 0.5, 0.5, 0.1), even(0.1, 0.1, 0.1, 0.5)
    gate = fit_gate([first], [second])
    expected = [0.45, 0.45, 0.45, 0.15]
    assert gate.mix(first, second)[:4, 0] == pytest.approx(expected, abs=1e-4)


def test_the_gate_depends_on_confidence() -> None:
    """The first model is right where it is confident, the second where the first is not."""
    confidence = np.tile([0.9, 0.4], 200)[:, None]
    first = Probabilities(np.tile([0.9, 0.05], 200)[:, None], confidence)
    second = Probabilities(np.tile([0.05, 0.6], 200)[:, None], np.full_like(confidence, 0.6))
    mixed = fit_gate([first], [second]).mix(first, second)[:2, 0]
    assert mixed == pytest.approx([0.9, 0.6], abs=0.02)


def test_a_piece_has_no_part_in_its_own_gate() -> None:
    """Two pieces favour different models: each gets the gate that was fitted on the other."""
    right, wrong = even(0.5), even(0.1)
    mixed = cross_fit([right, wrong], [wrong, right])
    assert [probabilities.mean() for probabilities in mixed] == pytest.approx([0.1, 0.1], abs=0.01)


def test_pieces_keep_their_order() -> None:
    pieces = [even(0.5, times=count) for count in range(1, 24)]
    mixed = cross_fit(pieces, pieces)
    assert [len(probabilities) for probabilities in mixed] == list(range(1, 24))


def test_bits_become_probabilities() -> None:
    probabilities = Probabilities.of(
        Predictions(np.array([[2.0]]), np.array([[0.6]]), np.array([[False]]))
    )
    assert probabilities.true.tolist() == [[0.25]]
    assert probabilities.most_likely.tolist() == [[0.6]]


def test_no_piece_is_refused() -> None:
    with pytest.raises(TooFewPieces, match="no piece"):
        fit_gate([], [])


distribution = st.lists(st.floats(1e-6, 1), min_size=5, max_size=5).map(
    lambda w: np.array(w) / sum(w)
)


@given(distribution, distribution, st.lists(st.floats(-3, 3), min_size=6, max_size=6))
def test_probabilities_of_all_values_sum_to_one(
    first: np.ndarray, second: np.ndarray, coefficients: list[float]
) -> None:
    """Row i has value i as the true one."""
    pair = [Probabilities(p[:, None], np.full((5, 1), p.max())) for p in (first, second)]
    mixed = Gate(np.array(coefficients)).mix(*pair)
    assert mixed.sum() == pytest.approx(1)
    assert (mixed >= np.minimum(first, second)[:, None] - 1e-12).all()
