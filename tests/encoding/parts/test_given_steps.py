"""Given steps and chords: their order, and what they say ahead of time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen.encoding.grid import BEATS
from musicgen.encoding.parts.encoding import PartsEncoding
from musicgen.encoding.parts.given_features import (
    DRAWS,
    GivenFeature,
    chords_feature,
    with_random_given,
)
from musicgen.encoding.parts.schedule import schedule
from musicgen.encoding.parts.steps_of_parts import NO_ROOT, GivenChords, PartsSteps
from musicgen.encoding.parts.values import NO_PITCH, REST
from musicgen.score import Score
from tests.encoding.parts.test_parts import A4, C3, C5, DUET
from tests.helpers.score_strategies import scores

PARTS = PartsEncoding(given_first=True, chords=True)
CELLO, FLUTE = 0, 1
QUARTER = BEATS.per_quarter


def _duet(*given_parts: int) -> PartsSteps:
    steps = PARTS.encode(DUET)
    return steps.with_given(np.isin(steps.schedule[0], given_parts))


def test_given_steps_come_first_at_their_onset() -> None:
    assert PARTS.encode(DUET).schedule[0].tolist() == [CELLO, FLUTE, FLUTE, CELLO, CELLO]
    steps = _duet(FLUTE)
    assert steps.schedule[0].tolist() == [FLUTE, CELLO, FLUTE, CELLO, CELLO]
    assert steps.fields[:2, 0].tolist() == [A4, C3]


@given(scores(most=40), st.data())
def test_the_order_follows_from_the_steps_and_what_is_given(score: Score, data) -> None:
    steps = PARTS.encode(score)
    is_given = data.draw(st.lists(st.booleans(), min_size=len(steps), max_size=len(steps)))
    ordered = steps.with_given(np.array(is_given, bool))
    again = schedule(ordered.fields, len(steps.roles), steps.grid, ordered.first)
    assert np.array_equal(again, ordered.schedule)
    assert PARTS.decode(ordered) == PARTS.decode(steps)


def test_the_feature_says_what_given_parts_play_now_and_next() -> None:
    feature = GivenFeature(_duet(FLUTE).given, BEATS, has_own=True)
    nothing = [NO_PITCH, NO_PITCH, 0, NO_PITCH, 0]
    [of_cello] = feature(np.array([CELLO]), np.array([0])).tolist()
    assert of_cello == [*nothing, A4, C5, QUARTER, NO_PITCH, 0, *nothing]
    # The flute has ended, and is known to be silent.
    [later] = feature(np.array([CELLO]), np.array([3 * QUARTER])).tolist()
    assert later == [*nothing, REST, NO_PITCH, 0, NO_PITCH, 0, *nothing]
    # Of its own given step it is told nothing: it is predicted, too.
    assert feature(np.array([FLUTE]), np.array([0])).tolist() == [nothing * 3]


def test_the_feature_says_what_the_part_itself_plays_later() -> None:
    steps = PARTS.encode(DUET)
    part, onset = steps.schedule
    feature = GivenFeature(
        steps.with_given((part == FLUTE) & (onset > 0)).given, BEATS, has_own=True
    )
    [own] = feature(np.array([FLUTE]), np.array([0]))[:, 10:].tolist()
    assert own == [NO_PITCH, C5, QUARTER, NO_PITCH, 0]


def test_chords_now_and_next_with_the_time_until_it() -> None:
    chords = GivenChords(np.array([0, 24]), np.array([0, 9]), np.array([0b10010001, 0b1000010001]))
    [first, second] = chords_feature(chords, np.array([12, 24]), BEATS).tolist()
    c_major, a_minor = (
        [0, 1, 0, 0, 0, 1, 0, 0, 1] + [0] * 4,
        [9, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1] + [0] * 2,
    )
    assert first == [*c_major, *a_minor, 12]
    assert second == [*a_minor, NO_ROOT, *[0] * 12, 0]
    assert chords_feature(None, np.array([0]), BEATS).tolist() == [
        [NO_ROOT, *[0] * 12, NO_ROOT, *[0] * 12, 0]
    ]


@pytest.mark.parametrize("semitones", [2, -10])
def test_chords_are_transposed_with_the_music(semitones: int) -> None:
    chords = GivenChords(np.array([0, 5]), np.array([11, NO_ROOT]), np.array([1 << 11 | 0b1000, 0]))
    transposed = chords.transposed(semitones)
    assert (transposed.root.tolist(), transposed.mask.tolist()) == ([1, NO_ROOT], [0b100010, 0])


@pytest.mark.parametrize(
    ("uniform", "given_steps"),
    [
        ([0.1, 0, 0, 0, 0, 0, 0], None),
        ([0.6, 0.2, 0, 0.9, 0, 0, 0], [(CELLO, 0), (CELLO, 24), (CELLO, 36)]),
        ([0.6, 0.2, 0, 0.1, 0, 0, 0], [(FLUTE, 0), (FLUTE, 12)]),  # the melody
        ([0.7, 0.2, 0, 0.1, 0, 0, 0], [(FLUTE, 0), (FLUTE, 12)]),  # all but the cello
        ([0.85, 0, 0, 0, 0, 0.9, 0.1], [(FLUTE, 0), (FLUTE, 12)]),  # some
        ([0.95, 0.25, 0.02, 0, 0, 0.9, 0.1], [(CELLO, 0), (CELLO, 24), (CELLO, 36), (FLUTE, 12)]),
    ],
)
def test_steps_are_given_at_random_in_training(uniform, given_steps) -> None:
    assert DRAWS == 5
    steps = with_random_given(PARTS.encode(DUET), uniform, 0)
    assert isinstance(steps, PartsSteps)
    if given_steps is None:
        assert steps.given is None
    else:
        assert steps.given is not None
        pairs = zip(steps.given.part.tolist(), steps.given.onset.tolist(), strict=True)
        assert sorted(pairs) == given_steps
