"""Sampling from logits: three values with known odds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen.composing.decoding.sampling import (
    FORBIDDEN,
    Sampling,
    UniformStream,
    draw,
    log_likelihood,
)
from musicgen.composing.random_streams import Purpose, random_stream
from musicgen.errors import InvalidSetting

HALF_THIRD_SIXTH = np.log(np.array([[1 / 6, 1 / 2, 1 / 3]], np.float32))


def chosen(uniform: float, **settings: float) -> int:
    return int(draw(HALF_THIRD_SIXTH, np.array([uniform]), Sampling(**settings))[0])


def test_values_take_their_share_of_the_uniform_numbers_the_likeliest_first():
    assert [chosen(u) for u in (0.0, 0.49, 0.51, 0.83, 0.84, 0.999)] == [1, 1, 2, 2, 0, 0]


def test_temperature_0_takes_the_likeliest_and_of_equal_ones_the_first():
    assert chosen(0.999, temperature=0.0) == 1
    equal = np.zeros((1, 5), np.float32)
    assert draw(equal, np.array([0.7]), Sampling(temperature=0.0)).tolist() == [0]


def test_temperature_sharpens_and_flattens():
    # At temperature 1/2 the shares are squared: 9/14, 4/14, 1/14.
    assert [chosen(u, temperature=0.5) for u in (0.64, 0.65, 0.92, 0.93)] == [1, 2, 2, 0]


def test_top_k_chooses_among_the_k_likeliest():
    assert {chosen(u, top_k=2) for u in np.linspace(0, 0.999, 50)} == {1, 2}
    # Of 1/2 and 1/3 the first has 3/5.
    assert [chosen(u, top_k=2) for u in (0.59, 0.61)] == [1, 2]


def test_top_p_chooses_among_the_fewest_values_with_that_share():
    assert {chosen(u, top_p=0.49) for u in np.linspace(0, 0.999, 50)} == {1}
    assert {chosen(u, top_p=0.6) for u in np.linspace(0, 0.999, 50)} == {1, 2}
    assert {chosen(u, top_p=0.9) for u in np.linspace(0, 0.999, 50)} == {0, 1, 2}


def test_forbidden_values_are_never_drawn_and_minus_one_means_all_are():
    logits = np.array([[0.0, FORBIDDEN, -1e9], [FORBIDDEN, -1e9, FORBIDDEN]], np.float32)
    for temperature in (0.0, 1.0, 4.0):
        for u in (0.0, 0.5, 1 - 2**-53):
            drawn = draw(logits, np.full(2, u), Sampling(temperature=temperature))
            assert drawn.tolist() == [0, -1]


@given(st.integers(0, 2**32 - 1), st.floats(0, 1, exclude_max=True), st.floats(0.05, 4))
def test_a_draw_does_not_depend_on_the_batch(seed, uniform, temperature):
    logits = np.random.default_rng(seed).normal(size=(8, 30)).astype(np.float32)
    sampling = Sampling(temperature=temperature, top_k=20, top_p=0.9)
    together = draw(logits, np.full(8, uniform), sampling)
    alone = [draw(logits[i : i + 1], np.array([uniform]), sampling)[0] for i in range(8)]
    assert together.tolist() == alone


def test_draws_follow_the_distribution():
    rng = np.random.default_rng(1)
    drawn = draw(np.repeat(HALF_THIRD_SIXTH, 60_000, axis=0), rng.random(60_000), Sampling())
    shares = np.bincount(drawn, minlength=3) / 60_000
    assert shares == pytest.approx([1 / 6, 1 / 2, 1 / 3], abs=0.01)


def test_log_likelihood_is_that_of_the_softmax():
    logits = np.concatenate([HALF_THIRD_SIXTH + 7, HALF_THIRD_SIXTH])
    assert np.exp(log_likelihood(logits, np.array([1, 2]))) == pytest.approx([1 / 2, 1 / 3])


def test_numbers_of_a_variation_do_not_depend_on_the_batch():
    def first(variations: list[int], steps: int) -> np.ndarray:
        stream = UniformStream([random_stream(Purpose.VARIATION, 7, v) for v in variations], 3)
        return np.stack([stream.next() for _ in range(steps)])

    four, eight = first([0, 1, 2, 3], 150), first(list(range(8)), 150)
    assert np.array_equal(four, eight[:, :4])
    assert np.array_equal(first([3], 150)[:, 0], four[:, 3])
    assert len(np.unique(eight)) == eight.size


def test_numbers_stay_with_their_variation_when_others_have_ended():
    generators = [random_stream(Purpose.VARIATION, 7, v) for v in range(3)]
    stream, alone = (
        UniformStream(generators, 2),
        UniformStream([random_stream(Purpose.VARIATION, 7, 2)], 2),
    )
    stream.next(), alone.next()
    stream.select(np.array([2]))
    for _ in range(UniformStream.BLOCK_STEPS + 5):
        assert np.array_equal(stream.next(), alone.next())


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"temperature": -1.0}, "temperature -1.0 is not between 0"),
        ({"temperature": float("nan")}, "temperature nan"),
        ({"top_k": -1}, "top-k -1"),
        ({"top_p": 0.0}, "top-p 0.0 is not above 0"),
        ({"top_p": 1.5}, "top-p 1.5"),
    ],
)
def test_settings_out_of_bounds_are_refused(wrong, message):
    with pytest.raises(InvalidSetting, match=message):
        Sampling(**wrong)
