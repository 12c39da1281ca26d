"""Structure of ABC: repeats, endings, voices, overlays, and what is left out."""

from __future__ import annotations

import pytest

from musicgen.score_fields import Part
from tests.corpus.readers.abc.tunes import HEADER, notes, pitches, refusal, tune


@pytest.mark.parametrize(
    "bar",
    ["|", "||", "[|", "|]", "::", ":|:", ":||:", ":|]", ":]", "|::", "[|]", ".|", ":|[|:", ": |"],
)
def test_bar_lines(bar: str) -> None:
    assert pitches(f"^FF{bar}FG|") == [66, 66, 65, 67]


@pytest.mark.parametrize(
    "music",
    [
        "|:C4|1D4:|2E4||F4|",
        "|:C4|[1D4:|[2E4||F4|",
        "|: C4 |[1,3 D4 :|[2 E4 :| F4 |",
        "|:C4|1-2D4:|3E4|F4|",
        "C4|[1 D4 || D4 :|\n[2 E4 |] F4 |",
        "|:C4|1D4:|2D4:|3E4::F4:|",
    ],
)
def test_a_repeated_section_is_read_once_with_its_last_ending(music: str) -> None:
    assert pitches(music) == [60, 64, 65]


def test_an_only_ending_stays() -> None:
    assert pitches("|:C4|1D4:|E4|") == [60, 62, 64]


def test_a_tie_leads_into_each_ending() -> None:
    assert notes("|:C4-|1C4:|2C4|D4|") == [(0, 192, 60), (192, 96, 62)]
    assert pitches("|:^F4-|1F4:|2F4|F4|") == [66, 65]


def test_overlays() -> None:
    bar = [(0, 96, 48), (0, 24, 60), (24, 24, 62), (48, 48, 64), (96, 96, 65)]
    assert notes("CDE2 & C,4 | F4 |") == bar
    assert notes("|:CDE2 & C,4:|F4|") == bar
    three = notes("C4 & E4 & G2 | C4 |")
    assert three == [(0, 96, 60), (0, 96, 64), (0, 48, 67), (96, 96, 60)]
    assert len(tune("C4 & E4 | C4 |").score.parts) == 1


def test_an_overlay_has_accidentals_and_ties_of_its_own() -> None:
    assert pitches("^F4 & F4 | F4 |") == [65, 66, 65]
    assert notes("C4- & E4 | C4 & F4 |") == [(0, 192, 60), (0, 96, 64), (96, 96, 65)]


def test_an_overlay_of_several_bars() -> None:
    assert notes("(& C4 | D4 & E4 | F4 &) | G4 |") == [
        (0, 96, 60),
        (0, 96, 64),
        (96, 96, 62),
        (96, 96, 65),
        (192, 96, 67),
    ]


VOICES = [(0, 96, 60), (0, 96, 48), (96, 96, 62), (96, 96, 50)]


@pytest.mark.parametrize(
    "music",
    [
        "V:1\nC4|\nV:2\nC,4|\nV:1\nD4|\nV:2\nD,4|\n",
        "[V:1]C4|D4|\n[V:2]C,4|D,4|\n",
        "[V: 1] C4 | [V: 2] C,4 | [V: 1] D4 | [V:2] D,4 |",
        "C4 | D4 |\nV:2\nC,4 | D,4 |\n",
    ],
)
def test_voices_take_turns(music: str) -> None:
    score = tune(music).score
    table = score.notes[["start", "duration", "pitch", "part"]].tolist()
    assert sorted(table) == sorted((*row, row[2] < 60) for row in VOICES)
    assert len(score.parts) == 2


def test_parts_have_the_names_and_programs_of_voices() -> None:
    header = 'X:1\nV:T1 name="Tenor\\nI"\nV:2 nm="S\\\'egol\\`ene"\n%%MIDI program 40\nL:1/4\nK:C\n'
    score = tune("[V:T1]C|\n[V:2]D|\n[V:Alto]E|\n[V:3]F|\n", header).score
    names = ["Tenor I", "S\u00e9gol\u00e8ne", "Alto", ""]
    assert [part.name for part in score.parts] == names
    assert [part.program for part in score.parts] == [0, 40, 0, 0]
    assert [part.track for part in score.parts] == [0, 1, 2, 3]


def test_programs_by_channel_and_within_a_voice() -> None:
    directives = "%%MIDI program 1 73\n%%MIDI program 2 32\n"
    score = tune(f"{directives}[V:a]C|\n[V:b]D|\n").score
    assert [part.program for part in score.parts] == [73, 32]
    changed = tune("%%MIDI program 40\nC-\n%%MIDI program 41\nC D|").score
    assert changed.parts == (Part("", 40, track=0), Part("", 41, track=0))


def test_the_percussion_channel() -> None:
    music = "%%MIDI channel 10\n%%MIDI drummap D 36\n%%MIDI drummap ^d 42\nC,, D ^d |"
    score = tune(music, HEADER.replace("K:C", "K:C clef=perc octave=1")).score
    assert score.notes["pitch"].tolist() == [36, 36, 42]
    assert [part.is_drum for part in score.parts] == [True]


def test_a_percussion_clef_needs_the_channel_of_the_drums() -> None:
    assert refusal("C |", HEADER.replace("K:C", "K:C perc")) == (
        "line 5: a voice has a percussion clef, and no directive says which drums it means"
    )


def test_fields_before_the_first_voice_are_for_all() -> None:
    header = "X:1\nM:4/4\nV:1\nV:2\nK:C\n"
    assert notes("L:1/4\nK:D\n[V:1]F|\n[V:2]F,|\n[V:3]C|", header) == [
        (0, 24, 54),
        (0, 24, 61),
        (0, 24, 66),
    ]


def test_what_is_left_out_is_said() -> None:
    music = '{ag}C "Am"D "^slow"E !trill!.F |\nw: la la\nW: more\ns: *\n%%MIDI gchordon\n'
    assert tune(music, "X:1\nP:AB\nK:C\n").left_out == (
        "1 MIDI directive",
        "1 annotation",
        "1 chord symbol",
        "2 decorations",
        "2 grace notes",
        "lyrics",
        "symbol lines",
        "the order of its parts (P:)",
    )


def test_signs_without_a_sound() -> None:
    text = "U: T = !trill!\n~C.D u(E v)TF | +fermata+G `$ A !\\\n B c ! * |\n\nThe end.\n"
    assert pitches(text) == [60, 62, 64, 65, 67, 69, 71, 72]
    assert pitches("I:linebreak !\nCD!EF!GA |") == [60, 62, 64, 65, 67, 69]
    assert pitches("%%begintext\nCD\n%%endtext\nC % D\n[r: D]E | % F |") == [60, 64]
    assert pitches("K:D\n+: =c\nc F|\nr: none\nN: CD\n") == [72, 66]


@pytest.mark.parametrize(
    ("music", "reason"),
    [
        ("m: ~G = {A}G\n~G |", "line 5: macros (field m:) are not supported"),
        ("+CEG+ |", "line 5: the decoration +CEG+ is not supported"),
        ("CD!EFGA!B |", "line 5: the decoration !EFGA! is not supported"),
        ('C "Am |', "line 5: '\"Am |' is not ABC"),
        ("[CE |", "line 5: '[CE |' is not ABC"),
        ("[Cz] |", "line 5: '[Cz]' is no chord of ABC"),
        ("C && D |", "line 5: the overlay '&&' is not supported"),
        ('C | ["Coda" D |', 'line 5: the ending "Coda" has no number'),
        ("C : D |", "line 5: a ':' stands apart from a bar line"),
        ("V:1 CDEF|\nGABc|", "line 5: there is music in a field V:"),
        ("V:*\nC |", "line 5: the field V:* is not supported"),
        ("V:1 percussion\n[K:C clef=tab] C |", "line 6: the clef 'tab' is not supported"),
        ("I:abc-include other.abh\nC |", "line 5: the directive 'abc-include' is not supported"),
        ("C |\n\nV:2\nD |", "line 7: there is music after an empty line, which ends a tune"),
        ("%%begintext\nC |", "its block %%begintext has no end"),
    ],
)  # fmt: skip
def test_what_is_not_supported_is_refused_by_name(music: str, reason: str) -> None:
    assert refusal(music) == reason


def test_a_tune_begins_with_its_key() -> None:
    reason = "it has no field K:, after which the music of a tune begins"
    assert refusal("CDEF|\n", "X:1\nL:1/4\n") == reason
    assert pitches("CDEF|\n", "L:1/4\nK:C\n") == [60, 62, 64, 65]
