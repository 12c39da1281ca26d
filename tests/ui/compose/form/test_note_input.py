import pytest

from musicgen.ui.components.piano import Press
from musicgen.ui.compose.form import note_input, state
from musicgen.ui.compose.form.note_input import MOST_TEXT, TEXT

BLACK = Press("note", 68)  # between G4 and A4


@pytest.fixture()
def written(monkeypatch):
    """What the text is after some presses, where a key is asked for."""

    def write(text: str, key: str, *presses: Press) -> str:
        values = {TEXT: text, state.key_of("key"): key}
        monkeypatch.setattr(note_input.st, "session_state", values)
        note_input._write(presses)
        return values[TEXT]

    return write


@pytest.mark.parametrize(
    "key, name", [("Eb major", "Ab4"), ("E major", "G#4"), ("F minor", "Ab4"), ("A minor", "G#4")]
)
def test_a_black_key_is_named_in_the_key_that_is_asked_for(written, key, name):
    assert written("D4", key, BLACK) == f"D4 {name}"


def test_without_one_it_is_named_in_the_key_of_the_notes_so_far(written):
    assert written("F4 Ab4 C5 F5", "", BLACK).endswith(" Ab4")
    assert written("E4 G#4 B4 E5", "", BLACK).endswith(" G#4")
    assert written("what is no note", "", BLACK).endswith(" G#4")


def test_presses_are_written_in_their_order(written):
    presses = [Press("note", 60, 2), Press("note", 64, 1, True), Press("rest", 0, 0.5)]
    assert written("", "", *presses) == "C4+E4/2 r/0.5"
    assert written("", "", *presses, Press("undo"), Press("undo")) == "C4/2"


def test_there_is_an_end_to_what_can_be_written(written):
    full = ("C4 " * 667).strip()
    assert len(full) == MOST_TEXT
    assert written(full, "", Press("note", 60)) == full
