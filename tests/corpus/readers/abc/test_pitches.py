"""Pitches of ABC: octaves, keys, accidentals and transposition."""

from __future__ import annotations

import pytest

from musicgen.score_fields import KeySignature
from tests.corpus.readers.abc.tunes import HEADER, pitches, refusal, tune


def test_octaves() -> None:
    assert pitches("C,, C, C c c' c'' C,' |") == [36, 48, 60, 72, 84, 96, 60]


@pytest.mark.parametrize(
    ("key", "expected", "fifths", "is_minor"),
    [
        ("G", [65 + 1, 60, 71], 1, False),
        ("Bb", [65, 60, 70], -2, False),
        ("F#m", [66, 61, 71], 3, True),
        ("E min", [66, 60, 71], 1, True),
        ("Ador", [66, 60, 71], 1, False),
        ("D mixolydian", [66, 60, 71], 1, False),
        ("EPHR", [65, 60, 71], 0, False),
        ("none", [65, 60, 71], 0, False),
        ("", [65, 60, 71], 0, False),
        ("HP", [65, 60, 71], 0, False),  # the standard: music without a key signature
        ("Hp", [66, 61, 71], 2, False),
        ("D =c", [66, 60, 71], 1, False),
        ("Dmix=c", [66, 60, 71], 1, False),
        ("D exp _b ^f", [66, 60, 70], None, False),
        ("Dexp ^f", [66, 60, 71], 1, False),
        ("C ^c^f clef=bass", [66, 61, 71], 2, False),
        ("clef=alto", [65, 60, 71], 0, False),
    ],
)
def test_keys(key: str, expected: list[int], fifths: int | None, is_minor: bool) -> None:
    header = HEADER.replace("K:C", f"K:{key}")
    assert pitches("F C B |", header) == expected
    signature = () if fifths is None else (KeySignature(0, fifths, is_minor),)
    assert tune("F C B |", header).score.keys == signature


def test_an_accidental_holds_for_its_letter_to_the_end_of_the_bar() -> None:
    assert pitches("^F F f =f F | F |") == [66, 66, 78, 77, 65, 65]
    assert pitches("^^F __B _B =B | {^g}G | G |") == [67, 69, 70, 71, 68, 67]


@pytest.mark.parametrize(
    ("propagation", "expected"),
    [("pitch", [66, 66, 78]), ("octave", [66, 66, 77]), ("not", [66, 65, 77])],
)
def test_a_directive_says_where_accidentals_hold(propagation: str, expected: list[int]) -> None:
    directive = f"propagate-accidentals {propagation}\n"
    assert pitches(f"%%{directive}^F F f |") == expected
    assert pitches("^F F f |", f"I:{directive}{HEADER}") == expected


def test_a_tied_note_keeps_its_accidental_over_the_bar_line() -> None:
    assert pitches("^F4- | F2 F2 |") == [66, 65]


def test_keys_change_in_the_body_and_within_a_line() -> None:
    assert pitches("F [K:G] F |\nK:D\nF C |") == [65, 66, 66, 61]
    assert tune("F4 | [K:Em] F4 |").score.keys == (
        KeySignature(0, 0, False),
        KeySignature(96, 1, True),
    )


@pytest.mark.parametrize(
    ("properties", "shift"),
    [
        ("treble-8", -12),
        ("clef=treble+8", 12),
        ("clef=bass middle=d", 0),
        ("octave=-1", -12),
        ("clef = treble octave= -1", -12),
        ("transpose=-2", -2),
        ("clef=treble-8 octave=1 t=3", 3),
        ("-8va", -12),
    ],
)
def test_clefs_and_transposition(properties: str, shift: int) -> None:
    assert pitches("C |", HEADER.replace("K:C", f"K:C {properties}")) == [60 + shift]
    assert pitches(f"V:1 {properties}\nC |") == [60 + shift]
    assert pitches(f"[K:C {properties}] C |") == [60 + shift]


@pytest.mark.parametrize(
    ("key", "semitones", "fifths"), [("D", -2, 0), ("C", -3, 3), ("C", 12, 0), ("F#", 7, 7)]
)
def test_the_key_of_a_transposing_voice_is_the_one_that_sounds(
    key: str, semitones: int, fifths: int
) -> None:
    header = HEADER.replace("K:C", f"K:{key} transpose={semitones}")
    assert tune("C |", header).score.keys == (KeySignature(0, fifths, False),)


def test_transposition_by_directives() -> None:
    assert pitches("%%MIDI transpose -12\nC [I:MIDI=rtranspose 2] C |") == [48, 50]


@pytest.mark.parametrize(
    ("music", "reason"),
    [
        ("C ^/D |", "line 5: microtones such as '^/D' are not supported"),
        ("!8va(! C |", "line 5: the decoration !8va(! is not supported"),
        ("V:1 shift=CD\nC |", "line 5: the property 'shift=' is not supported"),
        ("V:1 clef=other\nC |", "line 5: the clef 'other' is not supported"),
        ("[K:H] C |", "line 5: the key 'H' is not supported"),
        ("[K:G#] C |", "line 5: the key 'G#' has more than seven accidentals"),
        ("c'''''' |", "line 5: a note's pitch, 144, is not between 0 and 127"),
        ("%%transpose 2\nC |", "line 5: the directive 'transpose' is not supported"),
    ],
)
def test_what_is_not_supported_is_refused_by_name(music: str, reason: str) -> None:
    assert refusal(music) == reason
