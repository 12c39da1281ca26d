import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen.ui.compose.form.note_text import typed_score, with_note, with_rest, without_last


def rows(text: str) -> list[tuple[int, int, int]]:
    notes = typed_score(text).notes[["start", "duration", "pitch"]]
    return [tuple(map(int, note)) for note in notes]


def test_notes_follow_each_other_a_quarter_each():
    assert rows("C4 D4") == [(0, 24, 60), (24, 24, 62)]


def test_lengths_chords_and_rests():
    assert rows("C4+E4/2 r/0.5 g3/1.5") == [(0, 48, 60), (0, 48, 64), (60, 36, 55)]


def test_accidentals_of_both_kinds_and_the_lowest_key():
    assert [pitch for _, _, pitch in rows("C#4 Db4 F♯2 B♭-1 C-1")] == [61, 61, 42, 10, 0]


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "type a few notes"),
        ("r r", "type a few notes"),
        ("H4", "'H4' is not a note"),
        ("C", "'C' is not a note"),
        ("G9+A9", "beyond what MIDI can play"),
        ("C4/0", "a length is above 0"),
        ("C4/17", "at most 16"),
        ("C4//2", "is not a note"),
        ("C4 " * 501, "at most 500 notes"),
    ],
)
def test_what_is_wrong_is_named(text, said):
    with pytest.raises(ValueError, match=said):
        typed_score(text)


@given(st.text(max_size=60))
def test_any_text_is_notes_or_is_refused(text):
    try:
        assert len(typed_score(text)) > 0
    except ValueError as problem:
        assert str(problem)


def test_notes_and_rests_are_written_behind_the_text():
    assert with_note("", "Bb4", 1) == "Bb4"
    assert with_note("D4  F4\n", "Bb4", 1.5) == "D4 F4 Bb4/1.5"
    assert with_rest("D4", 0.5) == "D4 r/0.5"


def test_a_note_joins_the_last_one_and_is_as_long_as_that():
    assert with_note("D4 F4/2", "A4", 1, together=True) == "D4 F4+A4/2"
    assert with_note("D4 F4/2", "F4", 1, together=True) == "D4 F4/2"
    assert with_note("D4 r/2", "A4", 1, together=True) == "D4 r/2 A4"
    assert with_note("", "A4", 2, together=True) == "A4/2"


def test_the_last_note_is_taken_away_one_of_a_chord_by_itself():
    assert without_last("D4 F4+A4/2") == "D4 F4/2"
    assert without_last("D4 F4/2") == "D4"
    assert without_last("r") == ""
    assert without_last("") == ""
