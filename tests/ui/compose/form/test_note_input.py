import pytest

from musicgen.ui.components.piano import Press
from musicgen.ui.compose.form import note_input
from musicgen.ui.compose.form.note_input import MAX_CHARACTERS, TEXT_KEY
from musicgen.ui.compose.form.state import widget_key

BLACK_KEY = Press("note", 68)  # between G4 and A4


@pytest.fixture()
def text_after(monkeypatch):
    """Text of the notes after some presses, under a key."""

    def press(text: str, key: str, *presses: Press) -> str:
        values = {TEXT_KEY: text, widget_key("key"): key}
        monkeypatch.setattr(note_input.st, "session_state", values)
        note_input.append_presses(presses)
        return values[TEXT_KEY]

    return press


@pytest.mark.parametrize(
    "key, name", [("Eb major", "Ab4"), ("E major", "G#4"), ("F minor", "Ab4"), ("A minor", "G#4")]
)
def test_a_black_key_is_named_in_the_chosen_key(text_after, key, name):
    assert text_after("D4", key, BLACK_KEY) == f"D4 {name}"


def test_without_a_chosen_key_it_is_named_in_the_key_of_the_notes(text_after):
    assert text_after("F4 Ab4 C5 F5", "", BLACK_KEY).endswith(" Ab4")
    assert text_after("E4 G#4 B4 E5", "", BLACK_KEY).endswith(" G#4")
    assert text_after("not a note", "", BLACK_KEY).endswith(" G#4")


def test_presses_are_appended_in_their_order(text_after):
    presses = [Press("note", 60, 2), Press("note", 64, 1, True), Press("rest", 0, 0.5)]
    assert text_after("", "", *presses) == "C4+E4/2 r/0.5"
    assert text_after("", "", *presses, Press("undo"), Press("undo")) == "C4/2"


def test_clear_removes_all_and_16ths_are_written(text_after):
    presses = [Press("clear"), Press("note", 60, 0.25), Press("note", 62, 0.375)]
    assert text_after("D4 E4", "", *presses) == "C4/0.25 D4/0.375"


def test_a_full_text_stays_as_it_is(text_after):
    full = ("C4 " * 667).strip()
    assert len(full) == MAX_CHARACTERS
    assert text_after(full, "", Press("note", 60)) == full
