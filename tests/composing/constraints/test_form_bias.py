"""Form bias: repeated bars by hand, and in composed pieces."""

import numpy as np
import pytest

from musicgen.composing.constraints.form_bias import LOGIT_BIAS, FormBias
from musicgen.composing.decoding.constraint import StepContext
from musicgen.composing.generation import generate
from musicgen.encoding.events import DURATION, PITCH, SHIFT
from musicgen.encoding.grid import KEYS, MAX_GRID_UNITS
from musicgen.metres import Metre
from musicgen.theory.form import form_of
from tests.helpers.compose_settings import plain_settings
from tests.helpers.parrot import parrot_of
from tests.helpers.tunes import hymn

TWO_FOUR = (Metre(0, 2, 4),)
QUARTER, BAR = 12, 24  # grid steps


def form_bias(form: str, *steps: tuple[int, int, int], pieces: int = 1) -> FormBias:
    constraint = FormBias(pieces, form, TWO_FOUR)
    for shift, key, duration in steps:
        constraint.push(np.array([[shift, key, duration - 1]] * pieces))
    return constraint


def unbiased(constraint: FormBias, field: str, *drawn: int) -> list[int]:
    """Values of a field that keep their logits, for the first piece."""
    size = {SHIFT.name: MAX_GRID_UNITS + 1, PITCH.name: KEYS, DURATION.name: MAX_GRID_UNITS}[field]
    context = StepContext({}, np.zeros(1, int), np.zeros((1, 3), int), np.array([drawn], int))
    [rule] = constraint.rules()[field]
    less = -rule(context, np.zeros((1, size)))[0]
    assert set(less) <= {0.0, LOGIT_BIAS}
    return np.flatnonzero(less == 0).tolist()


FIRST_BAR = ((0, 40, QUARTER), (QUARTER, 44, 6))


def test_a_repeated_bar_is_expected_note_by_note():
    constraint = form_bias("AA", *FIRST_BAR)
    assert unbiased(constraint, SHIFT.name) == list(range(QUARTER + 1))  # up to its first note
    assert unbiased(constraint, PITCH.name, QUARTER) == [40]
    assert unbiased(constraint, DURATION.name, QUARTER, 40) == [QUARTER - 1]
    constraint.push(np.array([[QUARTER, 40, QUARTER - 1]]))
    assert unbiased(constraint, SHIFT.name) == [QUARTER]
    assert unbiased(constraint, PITCH.name, QUARTER) == [44]
    constraint.push(np.array([[QUARTER, 44, 5]]))  # the last note of the bar
    assert unbiased(constraint, SHIFT.name) == list(range(QUARTER, MAX_GRID_UNITS + 1))


def test_the_notes_of_a_chord_are_expected_one_after_the_other():
    constraint = form_bias("AA", (0, 40, BAR), (0, 47, BAR), (BAR, 40, BAR))
    assert unbiased(constraint, SHIFT.name) == [0]
    assert unbiased(constraint, PITCH.name, 0) == [47]


def test_after_another_note_the_rest_of_the_bar_is_expected():
    constraint = form_bias("AA", *FIRST_BAR, (QUARTER, 41, QUARTER))
    assert unbiased(constraint, DURATION.name, QUARTER, 50) == list(range(MAX_GRID_UNITS))
    assert unbiased(constraint, SHIFT.name) == [QUARTER]
    assert unbiased(constraint, PITCH.name, 3) == list(range(KEYS))


def test_new_bars_have_no_bias():
    constraint = form_bias("ABCA", *FIRST_BAR, (QUARTER, 50, QUARTER))
    assert unbiased(constraint, SHIFT.name) == list(range(MAX_GRID_UNITS + 1))
    assert unbiased(constraint, PITCH.name, QUARTER) == list(range(KEYS))


@pytest.mark.parametrize(("row", "expected"), [(0, [47]), (1, list(range(KEYS)))])
def test_pieces_have_states_of_their_own(row: int, expected: list[int]) -> None:
    constraint = form_bias("AA", (0, 40, BAR), (0, 47, BAR), pieces=2)
    constraint.push(np.array([[BAR, 40, BAR - 1], [BAR, 60, BAR - 1]]))
    constraint.select(np.array([row]))
    assert unbiased(constraint, PITCH.name, 0) == expected


def test_bars_of_composed_pieces_are_repeated() -> None:
    model = parrot_of([hymn(seed) for seed in range(8)], order=1)
    counts = []
    for form in ("", "ABAB"):
        pieces = generate(model, plain_settings(bars=4, variations=8, form=form))
        counts.append(sum(form_of(piece.score)[3] == "B" for piece in pieces))
    assert counts[0] == 0 and counts[1] >= 6
