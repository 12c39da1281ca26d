"""Sets against sets: alike, apart, and by the textbook's figures."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from musicgen.score import Score, notes_from
from musicgen.statistics.comparison import (
    FEATURES,
    compare,
    densities,
    inter_set,
    intra_set,
    kl_divergence,
    overlapping_area,
    similarity,
)
from musicgen.statistics.metrics import METRICS


def column(*values: float) -> np.ndarray:
    return np.array(values, float)[:, None]


def test_distances_within_and_between_sets() -> None:
    assert sorted(intra_set(column(0, 1, 3))) == [1, 2, 3]
    assert sorted(inter_set(column(0, 1), column(3, 5))) == [2, 3, 4, 5]
    assert inter_set(np.array([[0.0, 3.0]]), np.array([[4.0, 0.0]])) == [5]


def test_a_set_is_like_one_drawn_from_the_same_music() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 200, 1))
    found = similarity(one, other)
    assert found.overlap > 0.95
    assert found.divergence < 0.01


def test_sets_far_apart_share_nothing() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 50, 1))
    found = similarity(one, other + 100)
    assert found.overlap < 1e-6
    assert found.divergence > 5
    assert found.reference_mean - found.mean == pytest.approx(100, abs=0.5)


def test_a_set_without_variety_is_not_like_a_varied_one() -> None:
    varied = np.random.default_rng(0).normal(size=(100, 1))
    assert similarity(np.zeros((100, 1)), varied).overlap < 0.2


def test_pieces_that_are_all_one_are_alike() -> None:
    found = similarity(np.full((5, 1), 3.0), np.full((4, 1), 3.0))
    assert found.overlap == pytest.approx(1.0)
    assert found.divergence == pytest.approx(0.0)


def test_two_normal_densities_overlap_and_diverge_as_the_textbook_says() -> None:
    rng = np.random.default_rng(0)
    first, second = densities(rng.normal(0, 1, 40_000), rng.normal(1, 1, 40_000))
    assert first.sum() == pytest.approx(1)
    shared = math.erfc(0.5 / math.sqrt(2))  # 2 Phi(-1/2) = 0.617
    assert overlapping_area(first, second) == pytest.approx(shared, abs=0.02)
    assert kl_divergence(first, second) == pytest.approx(0.5, abs=0.05)  # squared distance / 2


distances = arrays(float, st.integers(1, 30), elements=st.floats(0, 1e6))


@given(distances, distances)
@example(np.array([0.0]), np.array([5e-324]))
@example(np.array([1e6]), np.array([1e6 + 1e-9]))
def test_densities_hold_all_mass_on_one_grid(first: np.ndarray, second: np.ndarray) -> None:
    one, other = densities(first, second)
    assert one.shape == other.shape
    assert one.sum() == pytest.approx(1)
    assert other.sum() == pytest.approx(1)
    assert -1e-9 <= overlapping_area(one, other) <= 1 + 1e-9
    assert overlapping_area(one, other) == pytest.approx(overlapping_area(other, one))
    assert kl_divergence(one, other) >= -1e-9
    assert kl_divergence(one, one) == 0


def pieces(rng: np.random.Generator, keys: list[int], count: int = 12) -> list[Score]:
    """Random pieces of 20 quarters over some keys."""
    return [
        Score(notes_from([(24 * i, 24, int(rng.choice(keys))) for i in range(20)]))
        for _ in range(count)
    ]


def test_scores_are_compared_in_every_feature() -> None:
    rng = np.random.default_rng(0)
    major, chromatic = [60, 62, 64, 65, 67], list(range(48, 84))
    found = compare(pieces(rng, major), pieces(rng, major))
    apart = compare(pieces(rng, chromatic), pieces(rng, major))
    alone = {"clashes", "parallels"}  # without a meaning for one note at a time
    assert set(found) == set(FEATURES) - alone and set(FEATURES) > set(METRICS)
    for name in ("pitch range", "pitch-class entropy", "interval histogram"):
        assert found[name].overlap > 0.75 > 0.5 > apart[name].overlap, name
    assert math.isnan(found["interval histogram"].mean)
    assert found["notes per beat"].mean == 1.0


def test_pieces_without_a_meaning_are_left_out() -> None:
    short = [Score(notes_from([(0, 24, 60 + i)])) for i in range(3)]
    found = compare(short, short)
    assert "mean interval" not in found  # no piece has two notes
    assert found["pitches used"].overlap == pytest.approx(1.0)


def test_one_piece_is_no_set() -> None:
    with pytest.raises(ValueError, match="at least two pieces"):
        compare([Score()], [Score(), Score()])


def test_a_set_without_any_spread_takes_the_width_of_the_other() -> None:
    """98 pieces without a rest are like 98 of which two have one."""
    never = np.zeros((98, 1))
    hardly_ever = np.concatenate([np.zeros((96, 1)), np.full((2, 1), 0.02)])
    assert similarity(never, hardly_ever).overlap == pytest.approx(96 / 98, abs=0.01)
