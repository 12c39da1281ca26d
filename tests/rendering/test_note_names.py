"""Names of pitches, note values and positions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicgen.errors import InvalidSetting
from musicgen.metres import Metre, first_bar_number
from musicgen.rendering.note_names import (
    note_labels,
    note_value_name,
    parse_pitch,
    pitch_name,
    spell,
)
from musicgen.score import Score, notes_from


def test_pitches_have_names() -> None:
    assert [pitch_name(key) for key in (0, 21, 60, 61, 127)] == ["C-1", "A0", "C4", "C#4", "G9"]


def test_names_are_parsed() -> None:
    assert [
        parse_pitch(name) for name in ("C-1", "C4", "c#4", "Db4", "B♭3", "Cb4", "Ebb4", "G9")
    ] == [*(0, 60, 61, 61, 58, 59, 62, 127)]
    for name in ("", "H4", "C", "4", "C99", "G#9", "C###4", "C4 "):
        with pytest.raises(InvalidSetting):
            parse_pitch(name)


def test_a_black_key_is_spelled_in_the_key_of_the_piece() -> None:
    def names(*pitches: int) -> list[str]:
        score = Score(notes_from([(24 * n, 24, pitch) for n, pitch in enumerate(pitches)]))
        return [label.split(",")[0] for label in note_labels(score)]

    assert names(65, 69, 72, 65, 70, 69, 67, 65) == [
        "F4",
        "A4",
        "C5",
        "F4",
        "Bb4",
        "A4",
        "G4",
        "F4",
    ]
    assert names(64, 68, 71, 64, 70, 71, 66, 64) == [
        "E4",
        "G#4",
        "B4",
        "E4",
        "A#4",
        "B4",
        "F#4",
        "E4",
    ]
    assert [pitch_name(71, sharps) for sharps in (0, -7, 7)] == ["B4", "Cb5", "B4"]
    assert [parse_pitch(pitch_name(pitch, 7)) for pitch in range(21, 109)] == [*range(21, 109)]


def test_durations_are_fractions_of_a_whole_note() -> None:
    values = [note_value_name(ticks) for ticks in (96, 24, 12, 36, 8, 1)]
    assert values == ["1/1", "1/4", "1/8", "3/8", "1/12", "1/96"]


def test_bars_and_beats_are_counted_from_1() -> None:
    score = Score(notes_from([(0, 24, 60), (2 * 96 + 36, 12, 62)]))
    assert note_labels(score) == ["C4, bar 1 beat 1, 1/4", "D4, bar 3 beat 2.5, 1/8"]


def test_a_beat_is_the_denominator_of_the_metre() -> None:
    score = Score(notes_from([(36, 12, 60), (72, 12, 62)]), metres=(Metre(0, 6, 8),))
    assert note_labels(score) == ["C4, bar 1 beat 4, 1/8", "D4, bar 2 beat 1, 1/8"]


def test_a_pickup_is_bar_0_and_its_beats_are_the_last_of_a_bar() -> None:
    score = Score(notes_from([(0, 24, 60), (24, 24, 62)]), metres=(Metre(0, 1, 4), Metre(24, 3, 4)))
    assert first_bar_number(score.metres) == 0
    assert note_labels(score) == ["C4, bar 0 beat 3, 1/4", "D4, bar 1 beat 1, 1/4"]


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
