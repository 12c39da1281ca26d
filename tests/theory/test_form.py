"""Forms of tunes of a few bars."""

import pytest

from musicgen.metres import Metre
from musicgen.score import Score, notes_from
from musicgen.theory.form import check_form, earlier_bars, form_of

TWO_FOUR = (Metre(0, 2, 4),)


def tune(*bars: tuple[int, ...], metres: tuple[Metre, ...] = TWO_FOUR, pickup: int = 0) -> Score:
    """A tune in 2/4, by the pitches of its bars, which have equal durations."""
    notes = [(0, pickup, 60)] if pickup else []
    for number, pitches in enumerate(bars):
        ticks = 48 // len(pitches)
        notes += [
            (pickup + 48 * number + ticks * at, ticks, pitch) for at, pitch in enumerate(pitches)
        ]
    return Score(notes_from(notes), 100.0, metres)


def test_bars_with_equal_onsets_and_pitches_have_one_letter():
    assert form_of(tune((60, 62), (64, 65), (60, 62), (60, 64))) == "ABAD"
    assert form_of(tune((60, 62), (60, 62), (60, 61, 62), (60, 62))) == "AACA"


def test_a_bar_of_one_note_is_always_new():
    assert form_of(tune((60,), (60,), (62, 64), (62, 64))) == "ABCC"


def test_a_pickup_has_no_letter_and_shifts_bar_numbers():
    metres = (Metre(0, 1, 4), Metre(24, 2, 4))
    piece = tune((60, 62), (64, 65), (60, 62), metres=metres, pickup=24)
    assert form_of(piece) == "ABA"
    assert earlier_bars("ABA", 0) == {2: 0} and earlier_bars("ABA", 1) == {3: 1}


def test_repeated_bars_refer_to_the_first_occurrence():
    assert earlier_bars("ABAACB", 0) == {2: 0, 3: 0, 5: 1}


@pytest.mark.parametrize("form", ["AB C", "A1", "A" * 53])
def test_invalid_forms_are_refused(form):
    with pytest.raises(ValueError, match="a form is at most 52 letters"):
        check_form(form)
