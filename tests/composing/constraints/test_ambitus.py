"""Ambitus: the bias by hand, and in composed pieces."""

import numpy as np

from musicgen.composing.constraints.ambitus import LOGIT_BIAS, Ambitus
from musicgen.composing.decoding.constraint import StepContext
from musicgen.composing.generation import generate
from musicgen.encoding.events import PITCH
from musicgen.encoding.grid import KEYS
from tests.helpers.compose_settings import plain_settings
from tests.helpers.parrot import parrot_of
from tests.helpers.tunes import tune


def bias(constraint: Ambitus) -> np.ndarray:
    """Reductions of the keys' logits for one piece: (KEYS,)."""
    context = StepContext({}, np.zeros(1, int), np.zeros((1, 3), int), np.zeros((1, 1), int))
    [rule] = constraint.rules()[PITCH.name]
    return -rule(context, np.zeros((1, KEYS)))[0]


def test_a_key_costs_the_semitones_by_which_it_widens_the_span_beyond_the_limit() -> None:
    constraint = Ambitus(1, 10)
    assert not bias(constraint).any()  # the first note may be anywhere
    constraint.push(np.array([[0, 40, 0]]))
    constraint.push(np.array([[0, 46, 0]]))
    less = bias(constraint)
    assert not less[36:51].any()
    assert less[51] == LOGIT_BIAS and less[53] == 3 * LOGIT_BIAS and less[34] == 2 * LOGIT_BIAS


def test_a_piece_wider_than_the_limit_pays_for_further_semitones_only() -> None:
    constraint = Ambitus(2, 10)
    constraint.push(np.array([[0, 40, 0], [0, 40, 0]]))
    constraint.push(np.array([[0, 45, 0], [0, 60, 0]]))
    constraint.select(np.array([1]))
    less = bias(constraint)
    assert not less[40:61].any() and less[61] == LOGIT_BIAS and less[39] == LOGIT_BIAS


def test_composed_pieces_have_a_smaller_ambitus() -> None:
    model = parrot_of([tune(seed, notes=200) for seed in range(8)], order=1)
    free, limited = (
        np.mean([np.ptp(piece.score.notes["pitch"]) for piece in generate(model, settings)])
        for settings in (
            plain_settings(bars=12, variations=8),
            plain_settings(bars=12, variations=8, span=16),
        )
    )
    assert limited < free - 3
