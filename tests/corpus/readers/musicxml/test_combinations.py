"""MusicXML that combines ties, staves, endings, cue notes, incomplete bars and bar repeats."""

from __future__ import annotations

import pytest

from musicgen.corpus.readers.musicxml.reader import read_musicxml
from tests.corpus.readers.musicxml.musicxml_text import (
    TIED,
    TIED_TO,
    note,
    part,
    read,
    rows,
    xml,
)

UPPER, LOWER = "<staff>1</staff>", "<staff>2</staff>"
BACK = "<backup><duration>16</duration></backup>"
CHORD = "<note><chord/>"
BACKWARD = '<repeat direction="backward"/>'


def ending(number: str, kind: str, more: str = "") -> str:
    location = "left" if kind == "start" else "right"
    inside = f'<ending number="{number}" type="{kind}"/>{more}'
    return f'<barline location="{location}">{inside}</barline>'


def bar_repeat(kind: str, bars: int = 1, staff: int = 0) -> str:
    number = f' number="{staff}"' if staff else ""
    sign = f'<measure-repeat type="{kind}">{bars if kind == "start" else ""}</measure-repeat>'
    return f"<attributes><measure-style{number}>{sign}</measure-style></attributes>"


def test_a_tie_goes_to_the_other_staff_and_back() -> None:
    bars = part(
        note("G4", 4, TIED + UPPER),
        note("G4", 4, TIED_TO + TIED + LOWER),
        note("G4", 2, TIED_TO + UPPER) + note("A4", 2, UPPER),
    )
    assert rows(read(bars)) == [(0, 240, 67), (240, 48, 69)]


def test_one_note_of_a_chord_is_tied_to_the_other_staff() -> None:
    chord = note("C4", 4, UPPER) + note("E4", 4, TIED + UPPER).replace("<note>", CHORD)
    second = note("G4", 4, UPPER) + BACK + note("E4", 2, TIED_TO + LOWER) + note("D3", 2, LOWER)
    expected = [(0, 96, 60), (0, 144, 64), (96, 96, 67), (144, 48, 50)]
    assert rows(read(part(chord, second))) == expected


def test_a_tie_of_notes_of_two_names() -> None:
    sharp, flat = (
        note(name, 4, tie).replace("</step>", f"</step><alter>{alter}</alter>")
        for name, tie, alter in (("F4", TIED, 1), ("G4", TIED_TO, -1))
    )
    assert rows(read(part(sharp, flat))) == [(0, 192, 66)]


def test_a_chord_is_tied_into_endings_as_far_as_they_have_its_notes() -> None:
    def chord(low: str, high: str, ties: tuple[str, str]) -> str:
        return note(low, 4, ties[0]) + note(high, 4, ties[1]).replace("<note>", CHORD)

    bars = part(
        chord("C4", "E4", (TIED, TIED)),
        ending("1, 2", "start")
        + chord("C4", "E4", (TIED_TO, TIED_TO))
        + ending("1, 2", "stop", BACKWARD),
        ending("3", "start") + chord("C4", "F4", (TIED_TO, "")) + ending("3", "discontinue"),
    )
    assert rows(read(bars)) == [(0, 192, 60), (0, 96, 64), (96, 96, 65)]


def test_a_tie_from_a_first_ending_of_two_bars_does_not_reach_the_second() -> None:
    bars = part(
        note("C4", 4, TIED),
        ending("1", "start") + note("C4", 4, TIED_TO + TIED),
        note("C4", 4, TIED_TO + TIED) + ending("1", "stop", BACKWARD),
        ending("2", "start") + note("D4", 4) + ending("2", "stop"),
    )
    assert rows(read(bars)) == [(0, 96, 60), (96, 96, 62)]


def test_a_tie_of_another_part_over_endings_that_are_cut() -> None:
    upper = part(
        note("C5", 4),
        ending("1", "start") + note("D5", 4) + ending("1", "stop", BACKWARD),
        ending("2", "start") + note("E5", 4) + ending("2", "stop"),
    )
    lower = part(note("C3", 4, TIED), note("C3", 4, TIED_TO), note("D3", 4))
    assert rows(read(upper, lower)) == [(0, 96, 48), (0, 96, 72), (96, 96, 50), (96, 96, 76)]


def test_cue_notes_in_chords_voices_and_bars_of_their_own() -> None:
    def cue(name: str, quarters: float) -> str:
        return note(name, quarters).replace("<note>", "<note><cue/>")

    bars = part(
        note("C4", 1) + cue("D4", 2) + note("E4", 1),
        note("rest", 4) + BACK + cue("C5", 4) + cue("D5", 2),
        note("F4", 4) + cue("A4", 4).replace("<cue/>", "<cue/><chord/>"),
    )
    assert rows(read(bars)) == [(0, 24, 60), (72, 24, 64), (192, 96, 65)]


@pytest.mark.parametrize(
    ("lower", "expected"),
    [
        ([note("C3", 4), note("E3", 1), note("G3", 4)], [(0, 96), (96, 24), (192, 96)]),
        ([note("C3", 4), "", note("G3", 4)], [(0, 96), (192, 96)]),
        ([note("C3", 2, TIED), note("C3", 4, TIED_TO), note("G3", 4)], [(0, 192), (192, 96)]),
        ([note("C3", 4)], [(0, 96)]),
        (["<forward><duration>4</duration></forward>" + note("C3", 1)], [(24, 24)]),
    ],
)
def test_bars_that_are_not_filled(lower: list[str], expected: list[tuple[int, int]]) -> None:
    score = read(part(note("C4", 4), note("E4", 4), note("G4", 4)), part(*lower))
    found = score.notes[score.notes["part"] == 1]
    assert found[["start", "duration"]].tolist() == expected
    assert score.bar_lines().tolist() == [0, 96, 192, 288]


def test_two_bars_are_repeated_twice() -> None:
    rest = note("rest", 4)
    bars = part(
        *(note("C4", 4), note("D4", 4), bar_repeat("start", 2) + rest, rest, rest, rest),
        bar_repeat("stop") + note("G4", 4),
    )
    assert [pitch for _, _, pitch in rows(read(bars))] == [60, 62, 60, 62, 60, 62, 67]


def test_a_sign_repeats_the_bar_of_one_staff_while_the_other_goes_on() -> None:
    bars = part(
        note("C4", 4, UPPER) + BACK + note("C3", 4, LOWER),
        bar_repeat("start", 1, 2) + note("E4", 4, UPPER) + BACK + note("rest", 4, LOWER),
        bar_repeat("stop", 1, 2) + note("F4", 4, UPPER) + BACK + note("F3", 4, LOWER),
    )
    expected = [(0, 48), (0, 60), (96, 48), (96, 64), (192, 53), (192, 65)]
    assert [(start, pitch) for start, _, pitch in rows(read(bars))] == expected


@pytest.mark.parametrize("time", ["0/4", "4/0", "-3/4", "/4", "x/y", "999999/4", "3/64", "1e3/4"])
def test_impossible_time_signatures_move_no_note(time: str) -> None:
    beats, kind = time.split("/")
    signature = f"<time><beats>{beats}</beats><beat-type>{kind}</beat-type></time>"
    score = read(part(note("C4", 4), note("D4", 4), attributes=signature))
    assert rows(score) == [(0, 96, 60), (96, 96, 62)]


@pytest.mark.parametrize(
    ("text", "tempo"),
    [("(80)", 80), ("c.72", 72), ("72 - 80", 72), ("Allegro (132)", 132), ("≈ 66", 66)],
)
def test_tempo_marks_with_other_signs_around_the_number(text: str, tempo: float) -> None:
    mark = f"<beat-unit>quarter</beat-unit><per-minute>{text}</per-minute>"
    direction = f"<direction-type><metronome>{mark}</metronome></direction-type>"
    assert read(part(f"<direction>{direction}</direction>" + note("C4", 4))).tempo == tempo


@pytest.mark.parametrize(
    ("words", "tempo"),
    [
        ("♩ = 72", 72),
        ("Allegro (♩=c. 132)", 132),
        ("♪ = 120", 60),
        ("\U0001d15e\U0001d16d = 40", 120),  # a dotted half
        ("\U0001d15f = 66,5", 66.5),  # a quarter
        ("\U0001d158\U0001d165\U0001d16e = 90", 45),  # an eighth of three signs
        ("quarter = 90", 90),
        ("Tempo I, bars 1 = 9", 120),
        ("Andante", 120),
    ],
)
def test_a_metronome_mark_in_words(words: str, tempo: float) -> None:
    direction = f"<direction-type><words>{words}</words></direction-type>"
    assert read(part(f"<direction>{direction}</direction>" + note("C4", 4))).tempo == tempo


def test_a_tempo_within_a_bar_of_the_second_part_after_a_backup() -> None:
    half_back = "<backup><duration>8</duration></backup>"
    lower = '<sound tempo="60"/>' + note("C3", 4) + half_back + '<sound tempo="120"/>'
    score = read(part(note("C4", 4)), part(lower))
    assert (score.tempo, score.seconds) == (60, 3.0)


def test_triplets_without_divisions() -> None:
    modified = (
        "<type>eighth</type><time-modification><actual-notes>3</actual-notes>"
        "<normal-notes>2</normal-notes></time-modification>"
    )
    notes = "".join(note(name, 0.25, modified) for name in ("C4", "D4", "E4"))
    text = xml(part(notes + note("F4", 0.75, "<type>quarter</type>")))
    score = read_musicxml(text.replace("<divisions>4</divisions>", ""), "a").score
    assert rows(score) == [(0, 8, 60), (8, 8, 62), (16, 8, 64), (24, 24, 65)]
