"""n-grams by hand, by what must hold for any, and on the library."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicgen.composing.decoding.compose import compose
from musicgen.composing.settings import ComposeSettings
from musicgen.corpus.load import load_collection
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.notes import NotesEncoding
from musicgen.encoding.steps import Steps
from musicgen.evaluation import ngram
from musicgen.evaluation.ngram_levels import discounts

THREE = NotesEncoding(((60,), (62,), (64,)))  # tokens A, B, C
EVENTS = EventsEncoding()


def tokens(text: str) -> Steps:
    return Steps(np.array([["ABC".index(letter)] for letter in text], np.int32).reshape(-1, 1))


def chances(model: ngram.NGram, text: str) -> list[float]:
    return (2.0 ** -model.bits([tokens(text)])[:, 0]).tolist()


def test_a_bigram_by_hand() -> None:
    model = ngram.fit(THREE, [tokens("ABABC")], order=2)
    # Each pair was seen in one piece, so half of each count is left to the level below. There A
    # was seen after two contexts, B and C after one: (2 - 1/2) / 4 + (3/2) / 4 / 3 = 1/2 for A.
    a, b, c = 0.5, 0.25, 0.25
    assert chances(model, "ABCAC") == pytest.approx(
        [
            0.5 + 0.5 * a,  # A is all that began a piece
            0.5 + 0.5 * b,  # B is all that followed A
            0.25 + 0.5 * c,  # C is one of two that followed B
            a,  # nothing was seen after C
            0.5 * c,  # C never followed A
        ]
    )


def test_a_piece_that_repeats_itself_counts_once() -> None:
    pieces = [tokens("AB" * 20), tokens("AC"), tokens("AC")]
    model = ngram.fit(THREE, pieces, order=2)
    assert chances(model, "AC")[1] > chances(model, "AB")[1]


def test_a_unigram_counts_how_often_a_value_is_seen() -> None:
    model = ngram.unigram(THREE, [tokens("AAAB")])
    # Counts 3 and 1 less one half each, which is shared out equally.
    assert chances(model, "ABC") == pytest.approx([2.5 / 4 + 1 / 12, 0.5 / 4 + 1 / 12, 1 / 12])


def test_uniform_costs_the_sizes() -> None:
    piece = Steps(np.array([[0, 40, 11], [12, 41, 11]], np.int32))
    expected = [math.log2(193), math.log2(88), math.log2(192)]
    assert ngram.uniform(EVENTS).bits([piece]) == pytest.approx(np.array([expected, expected]))


def test_music_in_another_key_is_known() -> None:
    rng = np.random.default_rng(0)
    melody = Steps(np.stack([rng.choice([6, 12], 60), rng.integers(35, 50, 60), [11] * 60], axis=1))
    model = ngram.fit(EVENTS, [melody], order=3)
    shuffled = Steps(rng.permutation(melody.fields))
    known = model.bits([EVENTS.transposed(melody, 4)]).sum()
    assert known < model.bits([shuffled]).sum() / 2


def test_discounts_are_the_estimates_of_chen_and_goodman() -> None:
    counts = np.repeat([1, 2, 3, 4], [40, 20, 10, 5])
    ratio = 40 / (40 + 2 * 20)
    expected = [0, 1 - 2 * ratio * 20 / 40, 2 - 3 * ratio * 10 / 20, 3 - 4 * ratio * 5 / 10]
    assert discounts(counts) == pytest.approx(expected)


step = st.tuples(st.integers(0, 3), st.integers(30, 33), st.integers(0, 2))
piece_of_steps = st.lists(step, min_size=1, max_size=12).map(
    lambda rows: Steps(np.array(rows, np.int32))
)


@settings(max_examples=30, deadline=None)
@given(st.lists(piece_of_steps, min_size=1, max_size=4), piece_of_steps, st.integers(1, 4))
def test_chances_add_up_and_stepping_gives_what_whole_pieces_give(
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


def test_pieces_go_on_alone() -> None:
    model = ngram.fit(THREE, [tokens("ABABC")], order=2)
    stepper = model.start(2)
    stepper.push(np.array([[0], [2]]))
    stepper.select(np.array([1]))
    after_c = np.exp(stepper.logits({}, np.zeros((1, 0), np.int32)))
    assert after_c == pytest.approx(np.array([[0.5, 0.25, 0.25]]))


def test_the_best_order_is_the_one_that_helps() -> None:
    rng = np.random.default_rng(0)

    def piece() -> Steps:
        """A coin decides each pair, and a pair says which pair of its own follows."""
        return tokens("".join("AAB" if coin else "CCB" for coin in rng.integers(0, 2, 40)))

    train = [piece() for _ in range(30)]
    assert ngram.fit_best(THREE, train, [piece() for _ in range(5)]).order == 3
    assert ngram.fit_best(THREE, train, [piece()], highest=2).order == 2


def test_nothing_to_count_is_an_error() -> None:
    with pytest.raises(ValueError, match="no piece has a step"):
        ngram.fit(THREE, [tokens("")], order=2)
    with pytest.raises(ValueError, match="no piece has a step"):
        ngram.unigram(THREE, [])
    with pytest.raises(ValueError, match="order 0"):
        ngram.fit(THREE, [tokens("A")], order=0)


def test_on_chorales_it_beats_the_unigram_by_half() -> None:
    scores = load_collection("bach-chorales").scores[:60]
    pieces = [EVENTS.encode(score) for score in scores]
    train, held_out = pieces[:50], pieces[50:]
    unigram = ngram.unigram(EVENTS, train).bits(held_out).sum(axis=1).mean()
    best = ngram.fit_best(EVENTS, train, held_out)
    assert 3 <= best.order <= 7
    assert best.bits(held_out).sum(axis=1).mean() < 0.6 * unigram


def test_pieces_can_be_composed_from_it() -> None:
    pieces = [EVENTS.encode(score) for score in load_collection("ryans-mammoth").scores[:40]]
    model = ngram.fit(EVENTS, pieces, order=4)
    one, other = compose(model, ComposeSettings(bars=8, variations=2, seed=1))
    assert one.score != other.score
    assert 1 <= one.score.bars <= 8
    assert len(one.score) >= 16
    known = {row.tobytes() for steps in pieces for row in steps.fields[:, [0, 2]]}
    drawn = [row.tobytes() in known for row in one.steps.fields[:, [0, 2]]]
    assert np.mean(drawn) > 0.9  # rhythms are those of fiddle tunes
