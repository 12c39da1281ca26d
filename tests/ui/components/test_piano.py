import pytest

from musicgen.rendering.note_names import parse_pitch
from musicgen.theory.scales import key_sharps
from musicgen.ui.components.piano import (
    PITCHES,
    Handled,
    Press,
    describe_key,
    key_name,
    new_presses,
)
from musicgen.ui.compose.form.state import KEYS

NOTE = {"kind": "note", "pitch": 60, "quarters": 1, "in_chord": False}
UNDO = {"kind": "undo", "pitch": 0, "quarters": 1, "in_chord": False}


def test_black_keys_are_named_in_the_key_signature_and_white_ones_by_their_letter() -> None:
    assert [key_name(pitch, -1) for pitch in (70, 61, 71)] == ["Bb4", "C#4", "B4"]
    assert [key_name(pitch, 4) for pitch in (63, 70)] == ["D#4", "A#4"]
    assert key_name(71, -7) == "B4"  # not Cb5: it is a white key
    assert key_name(70, None) == "A#4"


@pytest.mark.parametrize("sharps", range(-9, 10))
def test_the_name_of_a_key_is_parsed_as_that_key_in_any_signature(sharps: int) -> None:
    names = [key_name(pitch, sharps) for pitch in PITCHES]
    assert [parse_pitch(name) for name in names] == list(PITCHES)
    assert {len(name) for name in names} == {2, 3}


def test_the_browser_gets_names_to_show_and_to_speak() -> None:
    assert describe_key(70, -1) == {
        "pitch": 70, "name": "Bb4", "spoken": "B flat 4", "black": True, "label": "",
    }  # fmt: skip
    assert describe_key(61, -1)["spoken"] == "C sharp 4"
    assert [describe_key(pitch, -1)["label"] for pitch in (60, 62)] == ["C4", "D"]


def test_a_press_that_is_reported_twice_is_handled_once() -> None:
    report = {"visit": "a", "count": 2, "last": [NOTE, UNDO]}
    presses, handled = new_presses(report, Handled())
    assert presses == [Press("note", 60), Press("undo")]
    assert new_presses(report, handled) == ([], handled)
    report = {**report, "count": 3, "last": [NOTE, UNDO, NOTE]}
    presses, handled = new_presses(report, handled)
    assert (presses, handled) == ([Press("note", 60)], Handled("a", 3))


def test_after_a_reload_of_the_page_counting_starts_again() -> None:
    presses, _ = new_presses({"visit": "b", "count": 1, "last": [NOTE]}, Handled("a", 3))
    assert presses == [Press("note", 60)]


@pytest.mark.parametrize(
    "report",
    [
        None,
        "abc",
        {"visit": "a"},
        {"visit": "a", "count": 1, "last": [None]},
        {"visit": "a", "count": 1, "last": [{**NOTE, "pitch": 300}]},
        {"visit": "a", "count": 1, "last": [{**NOTE, "pitch": 20}]},
        {"visit": "a", "count": 1, "last": [{**NOTE, "quarters": 99}]},
        {"visit": "a", "count": 1, "last": [{**NOTE, "quarters": 0}]},
        {"visit": "a", "count": 1, "last": [{**NOTE, "quarters": float("nan")}]},
        {"visit": "a", "count": 1, "last": [{**NOTE, "kind": "<b>"}]},
        {"visit": "a", "count": "x", "last": [NOTE]},
    ],
)
def test_a_malformed_report_has_no_presses(report: object) -> None:
    assert new_presses(report, Handled("a", 0)) == ([], Handled("a", 0))


@pytest.mark.parametrize(
    "key, sharps",
    [("D minor", -1), ("C major", 0), ("F# minor", 3), ("E phrygian", 0), ("Bb mixolydian", -3)],
)
def test_the_signature_of_a_key(key: str, sharps: int) -> None:
    assert key_sharps(key) == sharps


def test_every_key_of_the_form_has_a_signature_that_names_the_piano_keys() -> None:
    for key in filter(None, KEYS):
        assert all(key_name(pitch, key_sharps(key)) for pitch in PITCHES)
