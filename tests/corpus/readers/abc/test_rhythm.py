"""Times of ABC: lengths, tuplets, broken rhythm, rests, ties, metres and tempo."""

from __future__ import annotations

import pytest

from musicgen.score_fields import TempoChange
from tests.corpus.readers.abc.tunes import HEADER, durations, metres, notes, refusal, tune


def test_lengths() -> None:
    assert durations("C C2 C/ C/2 C// C3/2 C3/ C/4 |") == [24, 48, 12, 12, 6, 36, 36, 6]


@pytest.mark.parametrize(
    ("metre", "eighth_notes"), [("2/4", 0.5), ("3/4", 1), ("C", 1), ("C|", 1), ("none", 1)]
)
def test_the_unit_follows_from_the_metre_where_no_field_says_it(
    metre: str, eighth_notes: float
) -> None:
    assert durations("C |", f"X:1\nM:{metre}\nK:C\n") == [12 * eighth_notes]


def test_tuplets() -> None:
    assert durations("(3CDE (2CD |") == [16, 16, 16, 36, 36]
    assert durations("(3:2:2 C2 D (3::2 CD E |") == [32, 16, 16, 16, 24]
    assert durations("(4CDEF |", HEADER.replace("4/4", "6/8")) == [18] * 4
    in_three, in_two = HEADER.replace("4/4", "9/8"), HEADER.replace("4/4", "3/4")
    assert notes("(5CDEFG A |", in_three)[-1][0] == 72 and notes("(5CDEFG A |", in_two)[-1][0] == 48
    assert durations("(3 [CE] z {g}D E |") == [16, 16, 16, 24]


def test_broken_rhythm() -> None:
    assert durations("C>D E<F C>>D E<<<F |") == [36, 12, 12, 36, 42, 6, 3, 45]
    assert durations('C > {g}.D [CE]>"Am"z !p!F |') == [36, 12, 36, 36, 24]
    assert notes("C>-C D2>D2 |") == [(0, 48, 60), (48, 72, 62), (120, 24, 62)]
    assert notes("z>C |") == [(36, 12, 60)]


def test_rests_of_whole_bars() -> None:
    assert notes("C4 | Z2 | D4 | X | E4 |") == [(0, 96, 60), (288, 96, 62), (480, 96, 64)]
    assert notes("[M:3/4] Z | C3 |") == [(72, 72, 60)]


def test_rests_and_spacers() -> None:
    assert notes("C z x2 y4 | y D |") == [(0, 24, 60), (96, 24, 62)]


def test_ties() -> None:
    assert notes("C4- | C2- C D |") == [(0, 168, 60), (168, 24, 62)]
    assert notes("[CE]4- | [CE]4 |") == [(0, 192, 60), (0, 192, 64)]
    assert notes("[C-E]2 [CE]2 |") == [(0, 96, 60), (0, 48, 64), (48, 48, 64)]
    assert notes("C-C | (C C) |")[0] == (0, 48, 60) and len(notes("C-C | (C C) |")) == 3
    assert notes("C- D |") == [(0, 24, 60), (24, 24, 62)]


def test_a_chord_lasts_as_long_as_its_first_note() -> None:
    assert notes("[C2E4]D [CE]/ F |") == [
        (0, 48, 60),
        (0, 96, 64),
        (48, 24, 62),
        (72, 12, 60),
        (72, 12, 64),
        (84, 24, 65),
    ]


def test_metres_change_and_hold() -> None:
    assert metres("CDEF |\nM:3/4\nGAB | GAB |") == [(0, "4/4"), (96, "3/4")]
    assert metres("CDEF | [M:6/8] CDE | CDE |") == [(0, "4/4"), (96, "6/8")]
    assert metres("C | CDEF | CDEF |") == [(0, "1/4"), (24, "4/4")]
    assert metres("CDEFG | CDEFG |", HEADER.replace("4/4", "(2+3)/4")) == [(0, "5/4")]


def test_free_metre_has_the_bars_that_are_written() -> None:
    assert metres("CDE | CD | CD |", HEADER.replace("4/4", "none")) == [(0, "3/4"), (72, "2/4")]


def test_a_metre_that_one_voice_says_holds_in_all() -> None:
    voices = "V:1\nCDEF |\nV:2\nC,4 |\nM:3/4\nC,3 |\nV:1\nCDE |\n"
    assert metres(voices) == [(0, "4/4"), (96, "3/4")]


@pytest.mark.parametrize(
    ("text", "tempo"),
    [
        ("1/4=90", 90),
        ("3/8=40", 60),
        ('"Allegro" 1/2=60', 120),
        ('1/4=90 "ca."', 90),
        ("100", 100),  # units a minute
        ("C=80", 80),
        ("C3=40", 120),
        ("1/4 1/8=60", 90),
        ("1/4=c. 90", 90),
        ("3/8 = ca 60", 90),
    ],
)
def test_tempo(text: str, tempo: float) -> None:
    score = tune(f"C4 | [Q:{text}] D4 |").score
    assert score.tempo_changes == ((TempoChange(96, tempo),) if tempo != 120 else ())
    assert tune("C4 |", f"X:1\nQ:{text}\n" + HEADER[4:]).score.tempo == tempo


def test_a_tempo_in_words_is_left_out_and_said() -> None:
    notation = tune('Q:"Allegro"\nC |')
    assert notation.tempo is None
    assert notation.left_out == ("tempo marks without a number",)


@pytest.mark.parametrize(
    ("music", "reason"),
    [
        ("C0 |", "line 5: a note has the length '0'"),
        ("(3(3CDE |", "line 5: a tuplet within a tuplet is not supported"),
        ("(1C |", "line 5: the tuplet '(1' is not supported"),
        ("> C |", "line 5: a broken rhythm '>' has no note before it"),
        ("C2>D |", "line 5: a broken rhythm joins notes of unequal lengths"),
        ("- C |", "line 5: a tie has no note before it"),
        ("[M:none] Z |", "line 5: a rest of whole bars stands in free metre"),
        ("[M:4] C |", "line 5: the metre '4' is not supported"),
        ("[L:x] C |", "line 5: the unit note length 'x' is not supported"),
        ("Z100001 |", "line 5: it has 100,001 bars of rest; at most 100,000 are read"),
        ("C/99991 D/99989 |", "line 5: the lengths of its notes are too fine to be music"),
    ],
)
def test_what_is_not_supported_is_refused_by_name(music: str, reason: str) -> None:
    assert refusal(music) == reason
