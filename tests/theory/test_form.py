"""Forms, letter by letter, on tunes of a few bars."""

import pytest

from musicgen.score import Metre, Score, notes_from
from musicgen.theory.form import check_form, earlier_bars, form_of

TWO_FOUR = (Metre(0, 2, 4),)


def tune(*bars: tuple[int, ...], metres: tuple[Metre, ...] = TWO_FOUR, upbeat: int = 0) -> Score:
    """Bars of two quarters, each with its pitches, which share its time."""
    notes = [(0, upbeat, 60)] if upbeat else []
    for number, pitches in enumerate(bars):
        long = 48 // len(pitches)
        notes += [
            (upbeat + 48 * number + long * at, long, pitch) for at, pitch in enumerate(pitches)
        ]
    return Score(notes_from(notes), 100.0, metres)


def test_a_bar_that_begins_the_same_notes_has_the_same_letter():
    assert form_of(tune((60, 62), (64, 65), (60, 62), (60, 64))) == "ABAD"
    assert form_of(tune((60, 62), (60, 62), (60, 61, 62), (60, 62))) == "AACA"


def test_a_bar_of_one_note_is_always_new():
    assert form_of(tune((60,), (60,), (62, 64), (62, 64))) == "ABCC"


def test_an_upbeat_has_no_letter_and_moves_the_bars():
    metres = (Metre(0, 1, 4), Metre(24, 2, 4))
    piece = tune((60, 62), (64, 65), (60, 62), metres=metres, upbeat=24)
    assert form_of(piece) == "ABA"
    assert earlier_bars("ABA", 0) == {2: 0} and earlier_bars("ABA", 1) == {3: 1}


def test_a_bar_comes_from_the_first_that_is_like_it():
    assert earlier_bars("ABAACB", 0) == {2: 0, 3: 0, 5: 1}


@pytest.mark.parametrize("form", ["AB C", "A1", "A" * 53])
def test_what_is_no_form(form):
    with pytest.raises(ValueError, match="a form is at most 52 letters"):
        check_form(form)
