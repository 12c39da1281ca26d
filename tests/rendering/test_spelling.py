import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen.rendering.note_names import spell


def names(sharps: int) -> str:
    signs = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "##"}
    return " ".join(
        letter + signs[turn] for letter, turn, _ in (spell(60 + k, sharps) for k in range(12))
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
def test_names_suit_the_key(sharps: int, expected: str) -> None:
    assert names(sharps) == expected


def test_octaves_go_with_the_letter() -> None:
    assert spell(60, 7) == ("B", 1, 3)  # B sharp 3 sounds as C4
    assert spell(71, -6) == ("C", -1, 5)  # C flat 5 sounds as B4


@given(st.integers(0, 127), st.integers(-7, 7))
def test_what_is_spelled_sounds_the_same(pitch: int, sharps: int) -> None:
    letter, turn, octave = spell(pitch, sharps)
    natural = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[letter]
    assert 12 * (octave + 1) + natural + turn == pitch
