"""Mixtures of two models, by hand and by what must hold for any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen.evaluation.mixture import Chances, Gate, cross_fitted, fit_gate
from musicgen.evaluation.report import Predictions


def even(*of_truth: float, times: int = 100) -> Chances:
    """A model that is as sure as not of something, whatever comes: its log odds are 0."""
    given = np.tile(of_truth, times)[:, None]
    return Chances(given, np.full_like(given, 0.5))


def test_a_gate_by_hand() -> None:
    # Of four predictions the first model is right in three and the second in one. With a share
    # w of the second, 3 log(0.5 - 0.4 w) + log(0.1 + 0.4 w) is greatest at w = 1/8.
    first, second = even(0.5, 0.5, 0.5, 0.1), even(0.1, 0.1, 0.1, 0.5)
    gate = fit_gate([first], [second])
    expected = [0.45, 0.45, 0.45, 0.15]
    assert gate.mixed(first, second)[:4, 0] == pytest.approx(expected, abs=1e-4)


def test_whom_to_believe_is_learned_by_how_sure_they_are() -> None:
    """The first is right where it is sure, and the second where the first is not."""
    sure = np.tile([0.9, 0.4], 200)[:, None]
    first = Chances(np.tile([0.9, 0.05], 200)[:, None], sure)
    second = Chances(np.tile([0.05, 0.6], 200)[:, None], np.full_like(sure, 0.6))
    mixed = fit_gate([first], [second]).mixed(first, second)[:2, 0]
    assert mixed == pytest.approx([0.9, 0.6], abs=0.02)


def test_no_piece_is_judged_by_what_it_taught() -> None:
    """Each of two pieces speaks for another model, and is judged by what the other says."""
    right, wrong = even(0.5), even(0.1)
    found = cross_fitted([right, wrong], [wrong, right])
    assert [chance.mean() for chance in found] == pytest.approx([0.1, 0.1], abs=0.01)


def test_pieces_keep_their_places() -> None:
    pieces = [even(0.5, times=count) for count in range(1, 24)]
    found = cross_fitted(pieces, pieces)
    assert [len(chance) for chance in found] == list(range(1, 24))


def test_predictions_are_read_as_chances() -> None:
    chances = Chances.of(Predictions(np.array([[2.0]]), np.array([[0.6]]), np.array([[False]])))
    assert chances.of_truth.tolist() == [[0.25]]
    assert chances.of_likeliest.tolist() == [[0.6]]


def test_nothing_to_learn_from_is_said() -> None:
    with pytest.raises(ValueError, match="no piece"):
        fit_gate([], [])


share = st.lists(st.floats(1e-6, 1), min_size=5, max_size=5).map(lambda w: np.array(w) / sum(w))


@given(share, share, st.lists(st.floats(-3, 3), min_size=6, max_size=6))
def test_the_chances_of_all_values_sum_to_one(
    first: np.ndarray, second: np.ndarray, slopes: list[float]
) -> None:
    """A row for each value, as if it were the true one."""
    pair = [Chances(p[:, None], np.full((5, 1), p.max())) for p in (first, second)]
    mixed = Gate(np.array(slopes)).mixed(*pair)
    assert mixed.sum() == pytest.approx(1)
    assert (mixed >= np.minimum(first, second)[:, None] - 1e-12).all()
