"""N-grams: worked examples, properties of any n-gram, and chorales and fiddle tunes."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicgen.composing.generation import generate
from musicgen.corpus.load import load_collection
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.steps import Steps
from musicgen.evaluation import ngram
from musicgen.evaluation.ngram_levels import estimate_discounts
from tests.helpers.compose_settings import plain_settings

THREE = NotesEncoding(((60,), (62,), (64,)))  # tokens A, B, C
EVENTS = EventsEncoding()


def tokens(text: str) -> Steps:
    return Steps(np.array([["ABC".index(letter)] for letter in text], np.int32).reshape(-1, 1))


def probabilities(model: ngram.NGram, text: str) -> list[float]:
    return (2.0 ** -model.bits([tokens(text)])[:, 0]).tolist()


def test_bigram_of_a_worked_example() -> None:
    model = ngram.fit(THREE, [tokens("ABABC")], order=2)
    # All pairs occur in one piece, so the discount 1/2 leaves half of each count to the lower
    # order. There A follows two contexts, B and C one: (2 - 1/2) / 4 + (3/2) / 4 / 3 = 1/2 for A.
    a, b, c = 0.5, 0.25, 0.25
    assert probabilities(model, "ABCAC") == pytest.approx(
        [
            0.5 + 0.5 * a,  # only A begins a piece
            0.5 + 0.5 * b,  # only B follows A
            0.25 + 0.5 * c,  # C is one of two values after B
            a,  # nothing follows C
            0.5 * c,  # C never follows A
        ]
    )


def test_repetition_within_a_piece_counts_once() -> None:
    pieces = [tokens("AB" * 20), tokens("AC"), tokens("AC")]
    model = ngram.fit(THREE, pieces, order=2)
    assert probabilities(model, "AC")[1] > probabilities(model, "AB")[1]


def test_a_unigram_counts_occurrences() -> None:
    model = ngram.unigram(THREE, [tokens("AAAB")])
    # Counts 3 and 1 less a discount of 1/2 each, which the three values share.
    assert probabilities(model, "ABC") == pytest.approx(
        [2.5 / 4 + 1 / 12, 0.5 / 4 + 1 / 12, 1 / 12]
    )


def test_uniform_costs_the_log_of_the_vocabulary() -> None:
    piece = Steps(np.array([[0, 40, 11], [12, 41, 11]], np.int32))
    expected = [math.log2(193), math.log2(88), math.log2(192)]
    assert ngram.uniform(EVENTS).bits([piece]) == pytest.approx(np.array([expected, expected]))


def test_transposed_music_is_as_likely() -> None:
    rng = np.random.default_rng(0)
    melody = Steps(np.stack([rng.choice([6, 12], 60), rng.integers(35, 50, 60), [11] * 60], axis=1))
    model = ngram.fit(EVENTS, [melody], order=3)
    shuffled = Steps(rng.permutation(melody.fields))
    transposed = model.bits([EVENTS.transposed(melody, 4)]).sum()
    assert transposed < model.bits([shuffled]).sum() / 2


def test_discounts_are_the_estimates_of_chen_and_goodman() -> None:
    counts = np.repeat([1, 2, 3, 4], [40, 20, 10, 5])
    ratio = 40 / (40 + 2 * 20)
    expected = [0, 1 - 2 * ratio * 20 / 40, 2 - 3 * ratio * 10 / 20, 3 - 4 * ratio * 5 / 10]
    assert estimate_discounts(counts) == pytest.approx(expected)


step = st.tuples(st.integers(0, 3), st.integers(30, 33), st.integers(0, 2))
piece_of_steps = st.lists(step, min_size=1, max_size=12).map(
    lambda rows: Steps(np.array(rows, np.int32))
)


@settings(max_examples=30, deadline=None)
@given(st.lists(piece_of_steps, min_size=1, max_size=4), piece_of_steps, st.integers(1, 4))
def test_probabilities_sum_to_one_and_stepping_agrees_with_whole_pieces(
    train: list[Steps], held_out: Steps, order: int
) -> None:
    model = ngram.fit(EVENTS, train, order)
    costs = model.bits([held_out])
    assert np.isfinite(costs).all()
    stepper = model.start(2)
    for step, costs_of_step in zip(held_out.fields, costs, strict=True):
        both = np.stack([step, step])
        for index in range(3):
            logits = stepper.logits({}, both[:, :index]).astype(float)
            assert np.exp(logits).sum(axis=1) == pytest.approx([1, 1], abs=1e-4)
            bits = -logits[:, step[index]] / math.log(2)
            assert bits == pytest.approx([costs_of_step[index]] * 2, abs=1e-4)
        stepper.push(both)


def test_selected_pieces_keep_their_context() -> None:
    model = ngram.fit(THREE, [tokens("ABABC")], order=2)
    stepper = model.start(2)
    stepper.push(np.array([[0], [2]]))
    stepper.select(np.array([1]))
    after_c = np.exp(stepper.logits({}, np.zeros((1, 0), np.int32)))
    assert after_c == pytest.approx(np.array([[0.5, 0.25, 0.25]]))


def test_the_order_is_raised_while_that_helps() -> None:
    rng = np.random.default_rng(0)

    def piece() -> Steps:
        """Random blocks AAB and CCB: two notes determine the next one, except after B."""
        return tokens("".join("AAB" if coin else "CCB" for coin in rng.integers(0, 2, 40)))

    train = [piece() for _ in range(30)]
    assert ngram.fit_best(THREE, train, [piece() for _ in range(5)]).order == 3
    assert ngram.fit_best(THREE, train, [piece()], max_order=2).order == 2


def test_pieces_without_steps_and_order_0_are_refused() -> None:
    with pytest.raises(ngram.NothingToCount, match="no piece has a step"):
        ngram.fit(THREE, [tokens("")], order=2)
    with pytest.raises(ngram.NothingToCount, match="no piece has a step"):
        ngram.unigram(THREE, [])
    with pytest.raises(ValueError, match="order 0"):
        ngram.fit(THREE, [tokens("A")], order=0)


def test_on_chorales_it_needs_less_than_60_percent_of_the_unigrams_bits() -> None:
    scores = load_collection("bach-chorales").scores[:60]
    pieces = [EVENTS.encode(score) for score in scores]
    train, held_out = pieces[:50], pieces[50:]
    unigram = ngram.unigram(EVENTS, train).bits(held_out).sum(axis=1).mean()
    best = ngram.fit_best(EVENTS, train, held_out)
    assert 3 <= best.order <= 7
    assert best.bits(held_out).sum(axis=1).mean() < 0.6 * unigram


def test_an_ngram_composes() -> None:
    pieces = [EVENTS.encode(score) for score in load_collection("ryans-mammoth").scores[:40]]
    model = ngram.fit(EVENTS, pieces, order=4)
    one, other = generate(model, plain_settings(bars=8, variations=2, seed=1))
    assert one.score != other.score
    assert 1 <= one.score.bars <= 8
    assert len(one.score) >= 16
    training_rhythms = {row.tobytes() for steps in pieces for row in steps.fields[:, [0, 2]]}
    are_known = [row.tobytes() in training_rhythms for row in one.steps.fields[:, [0, 2]]]
    assert np.mean(are_known) > 0.9
