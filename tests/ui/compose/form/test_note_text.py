import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen.errors import InvalidSetting
from musicgen.ui.compose.form.note_text import (
    append_note,
    append_rest,
    parse_notes,
    remove_last_note,
)


def rows(text: str) -> list[tuple[int, int, int]]:
    """Starts, durations and pitches of the notes."""
    notes = parse_notes(text).notes[["start", "duration", "pitch"]]
    return [tuple(map(int, note)) for note in notes]


def test_notes_follow_each_other_a_quarter_each():
    assert rows("C4 D4") == [(0, 24, 60), (24, 24, 62)]


def test_lengths_chords_and_rests():
    assert rows("C4+E4/2 r/0.5 g3/1.5") == [(0, 48, 60), (0, 48, 64), (60, 36, 55)]


def test_accidentals_in_letters_and_in_signs_down_to_the_lowest_pitch():
    assert [pitch for _, _, pitch in rows("C#4 Db4 F♯2 B♭-1 C-1")] == [61, 61, 42, 10, 0]


@pytest.mark.parametrize(
    "text, message",
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
def test_the_error_names_what_is_wrong(text, message):
    with pytest.raises(InvalidSetting, match=message):
        parse_notes(text)


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(text):
    try:
        assert len(parse_notes(text)) > 0
    except InvalidSetting as error:
        assert str(error)


def test_notes_and_rests_are_appended():
    assert append_note("", "Bb4", 1) == "Bb4"
    assert append_note("D4  F4\n", "Bb4", 1.5) == "D4 F4 Bb4/1.5"
    assert append_rest("D4", 0.5) == "D4 r/0.5"


def test_a_note_of_a_chord_takes_the_length_of_the_last_note():
    assert append_note("D4 F4/2", "A4", 1, in_chord=True) == "D4 F4+A4/2"
    assert append_note("D4 F4/2", "F4", 1, in_chord=True) == "D4 F4/2"
    assert append_note("D4 r/2", "A4", 1, in_chord=True) == "D4 r/2 A4"
    assert append_note("", "A4", 2, in_chord=True) == "A4/2"


def test_the_last_note_is_removed_of_a_chord_one_at_a_time():
    assert remove_last_note("D4 F4+A4/2") == "D4 F4/2"
    assert remove_last_note("D4 F4/2") == "D4"
    assert remove_last_note("r") == ""
    assert remove_last_note("") == ""
