"""Counterpoint: the bias against parallels and clashes by hand, and in composed pieces."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from musicgen.composing.constraints.counterpoint import (
    CLASH_BIAS,
    PARALLEL_BIAS,
    Counterpoint,
    parallel_keys,
)
from musicgen.composing.decoding.constraint import StepContext
from musicgen.composing.generation import generate
from musicgen.encoding.events import PITCH
from musicgen.encoding.grid import KEYS, LOWEST_KEY
from musicgen.score import Score, notes_from
from musicgen.theory.voice_leading import clashes, parallels
from tests.helpers.compose_settings import plain_settings
from tests.helpers.parrot import parrot_of
from tests.helpers.tunes import hymn

C4 = 60 - LOWEST_KEY
QUARTER = 12


def strike(constraint: Counterpoint, *steps: tuple[int, int, int]) -> None:
    """Add notes to one piece: shift, key, duration in grid steps."""
    for shift, key, duration in steps:
        constraint.push(np.array([[shift, key, duration - 1]]))


def bias(constraint: Counterpoint, shift: int) -> np.ndarray:
    """Reductions of the logits of the keys after a shift: (KEYS,)."""
    [rule] = constraint.rules()[PITCH.name]
    context = StepContext({}, np.zeros(1, int), np.zeros((1, 3), int), np.array([[shift]]))
    return -rule(context, np.zeros((1, KEYS)))[0]


def test_keys_a_semitone_from_a_sounding_one_are_biased_in_every_octave():
    constraint = Counterpoint(1, 1.0)
    strike(constraint, (0, C4, 2 * QUARTER))
    for shift in (0, QUARTER):
        less = bias(constraint, shift)
        interval = (np.arange(KEYS) - C4) % 12
        assert (
            np.flatnonzero(less).tolist()
            == np.flatnonzero((interval == 1) | (interval == 11)).tolist()
        )
        assert set(less[less > 0]) == {CLASH_BIAS}
    assert not bias(constraint, 2 * QUARTER).any()  # the note has ended


def test_a_fifth_after_a_fifth_is_biased_in_the_same_part_only():
    constraint = Counterpoint(1, 0.5)
    strike(constraint, (0, C4, QUARTER), (0, C4 + 7, QUARTER), (QUARTER, C4 + 2, QUARTER))
    less = bias(constraint, 0)
    assert less[C4 + 9] == PARALLEL_BIAS / 2 and less[C4 + 21] == PARALLEL_BIAS / 2
    assert less[C4 + 8] == 0 and less[C4 - 10] == 0
    strike(constraint, (0, C4 + 5, QUARTER))  # the second part has its note
    assert not (bias(constraint, 0) == PARALLEL_BIAS / 2).any()


def test_pieces_have_states_of_their_own():
    constraint = Counterpoint(2, 1.0)
    constraint.push(np.array([[0, C4, 11], [0, C4 + 6, 11]]))
    constraint.select(np.array([1]))
    assert bias(constraint, 0)[C4 + 7] == CLASH_BIAS and bias(constraint, 0)[C4 + 1] == 0


CHORD = st.lists(st.integers(0, KEYS - 1), min_size=2, max_size=5, unique=True).map(sorted)


@given(CHORD, CHORD)
def test_biased_keys_are_the_parallels_that_are_counted(
    before: list[int], after: list[int]
) -> None:
    size = min(len(before), len(after))
    before, after = before[:size], after[:size]
    avoided = any(after[n] in parallel_keys(before, after[:n]) for n in range(size))
    chords = Score(
        notes_from(
            (24 * at, 24, key + LOWEST_KEY)
            for at, keys in enumerate((before, after))
            for key in keys
        )
    )
    assert avoided == (parallels(chords) > 0)


def test_composed_pieces_have_fewer_parallels_and_clashes() -> None:
    hymns = [hymn(seed).transposed(semitones) for seed in range(8) for semitones in (0, 2, 7)]
    model, shares = parrot_of(hymns, order=1), []
    for strength in (0.0, 1.0):
        settings = plain_settings(
            bars=12, variations=8, counterpoint=strength, temperature=0.95, top_p=0.98
        )
        scores = [piece.score for piece in generate(model, settings)]
        shares.append([np.nanmean([share(s) for s in scores]) for share in (parallels, clashes)])
    assert shares[1][0] < shares[0][0] / 2 and shares[1][1] < shares[0][1] * 0.7
