"""Similarity of sets, and densities compared with textbook values."""

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


def test_samples_of_one_distribution_are_similar() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 200, 1))
    result = similarity(first, second)
    assert result.overlap > 0.95
    assert result.divergence < 0.01


def test_distant_sets_do_not_overlap() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 50, 1))
    result = similarity(first, second + 100)
    assert result.overlap < 1e-6
    assert result.divergence > 5
    assert result.reference_mean - result.mean == pytest.approx(100, abs=0.5)


def test_a_constant_set_is_not_similar_to_a_varied_one() -> None:
    varied = np.random.default_rng(0).normal(size=(100, 1))
    assert similarity(np.zeros((100, 1)), varied).overlap < 0.2


def test_equal_constant_sets_are_similar() -> None:
    result = similarity(np.full((5, 1), 3.0), np.full((4, 1), 3.0))
    assert result.overlap == pytest.approx(1.0)
    assert result.divergence == pytest.approx(0.0)


def test_overlap_and_divergence_of_two_normal_densities() -> None:
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
def test_densities_have_mass_one_on_one_grid(first: np.ndarray, second: np.ndarray) -> None:
    first, second = densities(first, second)
    assert first.shape == second.shape
    assert first.sum() == pytest.approx(1)
    assert second.sum() == pytest.approx(1)
    assert -1e-9 <= overlapping_area(first, second) <= 1 + 1e-9
    assert overlapping_area(first, second) == pytest.approx(overlapping_area(second, first))
    assert kl_divergence(first, second) >= -1e-9
    assert kl_divergence(first, first) == 0


def pieces(rng: np.random.Generator, keys: list[int], count: int = 12) -> list[Score]:
    """Random pieces of 20 quarters with the given pitches."""
    return [
        Score(notes_from([(24 * i, 24, int(rng.choice(keys))) for i in range(20)]))
        for _ in range(count)
    ]


def test_scores_are_compared_in_all_features() -> None:
    rng = np.random.default_rng(0)
    major, chromatic = [60, 62, 64, 65, 67], list(range(48, 84))
    result = compare(pieces(rng, major), pieces(rng, major))
    apart = compare(pieces(rng, chromatic), pieces(rng, major))
    undefined = {"clashes", "parallels"}  # undefined for monophonic music
    undefined |= {name for name in METRICS if "second" in name}  # of performances only
    assert set(result) == set(FEATURES) - undefined and set(FEATURES) > set(METRICS)
    for name in ("pitch range", "pitch-class entropy", "interval histogram"):
        assert result[name].overlap > 0.75 > 0.5 > apart[name].overlap, name
    assert math.isnan(result["interval histogram"].mean)
    assert result["notes per beat"].mean == 1.0


def test_pieces_with_an_undefined_feature_are_left_out() -> None:
    short = [Score(notes_from([(0, 24, 60 + i)])) for i in range(3)]
    result = compare(short, short)
    assert "mean interval" not in result  # no piece has two notes
    assert result["pitches used"].overlap == pytest.approx(1.0)


def test_a_set_needs_two_pieces() -> None:
    with pytest.raises(ValueError, match="at least two pieces"):
        compare([Score()], [Score(), Score()])


def test_a_constant_set_takes_the_bandwidth_of_the_other() -> None:
    """98 pieces without rests are similar to 98 of which two have one."""
    never = np.zeros((98, 1))
    hardly_ever = np.concatenate([np.zeros((96, 1)), np.full((2, 1), 0.02)])
    assert similarity(never, hardly_ever).overlap == pytest.approx(96 / 98, abs=0.01)
