"""Names of pitches, note values and positions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen.errors import InvalidSetting
from musicgen.rendering.note_names import (
    as_typed,
    in_words,
    key_label,
    parse_pitch,
    pitch_name,
    searched_text,
    spell,
    with_signs,
)


def test_pitches_have_names() -> None:
    assert [pitch_name(key) for key in (0, 21, 60, 61, 127)] == ["C-1", "A0", "C4", "C♯4", "G9"]


def test_names_have_signs_in_print_and_letters_where_they_are_typed() -> None:
    assert [with_signs(code) for code in ("C#", "E-", "B", "F##")] == ["C♯", "E♭", "B", "F♯♯"]
    assert [as_typed(name) for name in ("C♯4", "E♭-1", "F𝄪2", "B𝄫3", "C4")] == [
        *("C#4", "Eb-1", "F##2", "Bbb3", "C4")
    ]


def test_keys_have_signs_and_are_found_as_they_are_typed() -> None:
    assert [key_label(key) for key in ("Bb major", "F# minor", "B blues", "")] == [
        *("B♭ major", "F♯ minor", "B blues", "")
    ]
    assert in_words("F♯ minor, E♭ major") == "F sharp minor, E flat major"
    searched = searched_text("Chorale in F♯ minor")
    assert all(name in searched for name in ("f♯ minor", "f# minor", "f sharp minor"))


def test_names_are_parsed() -> None:
    assert [
        parse_pitch(name) for name in ("C-1", "C4", "c#4", "Db4", "B♭3", "Cb4", "Ebb4", "G9")
    ] == [*(0, 60, 61, 61, 58, 59, 62, 127)]
    for name in ("", "H4", "C", "4", "C99", "G#9", "C###4", "C4 "):
        with pytest.raises(InvalidSetting):
            parse_pitch(name)


def test_white_keys_have_the_names_of_the_signature() -> None:
    assert [pitch_name(71, sharps) for sharps in (0, -7, 7)] == ["B4", "C♭5", "B4"]
    assert [parse_pitch(pitch_name(pitch, 7)) for pitch in range(21, 109)] == [*range(21, 109)]


def spelled_octave(sharps: int) -> str:
    """Names of the twelve pitch classes under a key signature."""
    signs = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "##"}
    return " ".join(
        letter + signs[alteration]
        for letter, alteration, _ in (spell(60 + step, sharps) for step in range(12))
    )


@pytest.mark.parametrize(
    "sharps, expected",
    [
        (0, "C C# D Eb E F F# G G# A Bb B"),
        (3, "C C# D D# E E# F# G G# A A# B"),
        (-4, "C Db D Eb E F Gb G Ab A Bb Cb"),
        (6, "B# C# C## D# E E# F# F## G# A A# B"),
    ],
)
def test_spelling_suits_the_key_signature(sharps: int, expected: str) -> None:
    assert spelled_octave(sharps) == expected


def test_the_octave_is_that_of_the_letter() -> None:
    assert spell(60, 7) == ("B", 1, 3)  # B sharp 3 sounds as C4
    assert spell(71, -6) == ("C", -1, 5)  # C flat 5 sounds as B4


@given(st.integers(0, 127), st.integers(-7, 7))
def test_spelling_does_not_change_the_pitch(pitch: int, sharps: int) -> None:
    letter, alteration, octave = spell(pitch, sharps)
    natural = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[letter]
    assert 12 * (octave + 1) + natural + alteration == pitch
