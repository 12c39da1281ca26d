import pytest

from musicgen.rendering.note_names import parse_pitch
from musicgen.ui.components.piano import PITCHES, Press, _keys, key_name, new_presses
from musicgen.ui.compose.form.note_input import signature_named
from musicgen.ui.compose.form.state import KEYS

NOTE = {"kind": "note", "pitch": 60, "quarters": 1, "together": False}
UNDO = {"kind": "undo", "pitch": 0, "quarters": 1, "together": False}


def test_black_keys_are_named_as_the_signature_has_them_and_white_ones_by_their_letter() -> None:
    assert [key_name(pitch, -1) for pitch in (70, 61, 71)] == ["Bb4", "C#4", "B4"]
    assert [key_name(pitch, 4) for pitch in (63, 70)] == ["D#4", "A#4"]
    assert key_name(71, -7) == "B4"  # not Cb5, which no key of a piano is called
    assert key_name(70, None) == "A#4"


@pytest.mark.parametrize("sharps", range(-9, 10))
def test_a_name_under_any_signature_is_read_as_the_key_that_was_clicked(sharps: int) -> None:
    names = [key_name(pitch, sharps) for pitch in PITCHES]
    assert [parse_pitch(name) for name in names] == list(PITCHES)
    assert {len(name) for name in names} == {2, 3}


def test_the_browser_gets_names_to_be_read_and_to_be_heard() -> None:
    keys = {key["pitch"]: key for key in _keys(-1)}
    assert keys[70] == {
        "pitch": 70, "name": "Bb4", "words": "B flat 4", "black": True, "label": "",
    }  # fmt: skip
    assert (keys[61]["words"], keys[60]["label"], keys[62]["label"]) == ("C sharp 4", "C4", "D")


def test_each_press_is_heard_once_though_all_are_told_again() -> None:
    told = {"visit": "a", "count": 2, "last": [NOTE, UNDO]}
    presses, counted = new_presses(told, None)
    assert presses == [Press("note", 60), Press("undo")]
    assert new_presses(told, counted) == ([], counted)
    more, counted = new_presses({**told, "count": 3, "last": [NOTE, UNDO, NOTE]}, counted)
    assert (more, counted) == ([Press("note", 60)], ("a", 3))
    again, _ = new_presses({**told, "visit": "b", "count": 1, "last": [NOTE]}, counted)
    assert again == [Press("note", 60)]


@pytest.mark.parametrize(
    "told",
    [
        None,
        "abc",
        {"visit": "a"},
        {"visit": "a", "count": 1, "last": [None]},
        {"visit": "a", "count": 1, "last": [{**NOTE, "pitch": 300}]},
        {"visit": "a", "count": 1, "last": [{**NOTE, "quarters": 99}]},
        {"visit": "a", "count": 1, "last": [{**NOTE, "quarters": float("nan")}]},
        {"visit": "a", "count": 1, "last": [{**NOTE, "kind": "<b>"}]},
        {"visit": "a", "count": "x", "last": [NOTE]},
    ],
)
def test_nothing_is_made_of_what_no_piano_tells(told: object) -> None:
    assert new_presses(told, ("a", 0)) == ([], ("a", 0))


@pytest.mark.parametrize(
    "key, sharps",
    [("D minor", -1), ("C major", 0), ("F# minor", 3), ("E phrygian", 0), ("Bb mixolydian", -3)],
)
def test_the_signature_of_a_key(key: str, sharps: int) -> None:
    assert signature_named(key) == sharps


def test_every_key_that_can_be_asked_for_has_a_signature_that_keys_can_be_named_under() -> None:
    for key in filter(None, KEYS):
        assert all(key_name(pitch, signature_named(key)) for pitch in PITCHES)
