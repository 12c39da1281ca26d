"""Tuplets that the grid does not hold: in MusicXML files, in print, and read back."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from xml.etree.ElementTree import Element, fromstring

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicgen.corpus.readers.abc.reader import read_abc
from musicgen.corpus.readers.musicxml.reader import read_musicxml
from musicgen.corpus.readers.read_score import read_score
from musicgen.metres import Metre
from musicgen.rendering.midi import midi_bytes
from musicgen.rendering.musicxml import musicxml_bytes, printed_musicxml
from musicgen.rendering.notation.tuplets.find import find_tuplets
from musicgen.rendering.notation.tuplets.tuplet import Tuplet
from musicgen.rendering.svg import score_svgs
from musicgen.score import Score, notes_from
from musicgen.score_fields import PEDAL_CHANGE_DTYPE, KeySignature, Part, TempoChange
from tests.corpus.readers.abc.tunes import HEADER

C_MAJOR = (KeySignature(0, 0),)


def tune(music: str) -> Score:
    return read_abc(HEADER + music, "tune").score


def written(data: bytes) -> list[tuple[str, int, str]]:
    """Value with its dots, duration and tuplet of each note and rest that is printed."""
    rows = []
    for note in fromstring(data).iter("note"):
        ratio = [note.findtext(f"time-modification/{kind}-notes") for kind in ("actual", "normal")]
        value = f"{note.findtext('type')}{'.' * len(note.findall('dot'))}"
        rows.append((value, int(note.findtext("duration") or 0), ":".join(filter(None, ratio))))
    return rows


def brackets(data: bytes) -> list[str]:
    return [mark.get("type", "") for mark in fromstring(data).iter("tuplet")]


def test_a_quintuplet_and_a_septuplet_in_a_quarter() -> None:
    data = musicxml_bytes(tune("(5:4:5C//D//E//F//G// (7:4:7C//D//E//F//G//A//B// c2|"))
    assert b"<divisions>840</divisions>" in data
    expected = [("16th", 168, "5:4")] * 5 + [("16th", 120, "7:4")] * 7 + [("half", 1680, "")]
    assert written(data) == expected
    assert brackets(data) == ["start", "stop", "start", "stop"]


@pytest.mark.parametrize(
    ("music", "values"),
    [
        ("(5:4:5C/D/E/F/G/ A2|", ["eighth"] * 5 + ["half"]),
        ("(5:4:5CDEFG|", ["quarter"] * 5),
        ("C (5:4:5D/E/F/G/A/ B|", ["quarter"] + ["eighth"] * 5 + ["quarter"]),  # over two beats
        ("(5:4:3C//D3/4E// F3|", ["16th", "eighth.", "16th", "half."]),
        ("(5:4:3C//z3/4D// E3|", None),
        ("C////D////E///F//G/ A3|", ["64th", "64th", "32nd", "16th", "eighth", "half."]),
        ("C///// D///// E//// F///G//A/ B3|", None),
        ("(9:8:9C///D///E///F///G///A///B///c///d/// e3|", ["32nd"] * 9 + ["half."]),
        ("[CE]4-|(5:4:5[CE]//D//E//F//G// A3|", None),
        ("(5:4:5C//D//E//F//G//- G3|", None),
        ("(5:4:5C//D//E//F//G// A3 & C,>D, E,2|", None),
    ],
)
def test_tuplets_come_back(music: str, values: list[str] | None) -> None:
    score = tune(music)
    assert score.resolution != 24
    data = musicxml_bytes(score)
    assert values is None or [value for value, _, _ in written(data)] == values
    assert replace(read_musicxml(data.decode(), "tune").score, keys=score.keys) == score
    assert read_score(midi_bytes(score), "tune.mid") == score


def test_a_quintuplet_within_a_triplet() -> None:
    """Three quarters in the time of two, of which the first is divided by five."""
    starts = [Fraction(2, 3) * Fraction(n, 5) for n in range(5)] + [Fraction(2, 3), Fraction(4, 3)]
    ends = [*starts[1:], Fraction(2)]
    rows = [
        (int(start * 360), int((end - start) * 360), 60 + n)
        for n, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]
    score = Score(notes_from([*rows, (720, 720, 72)]), keys=C_MAJOR, resolution=360)
    data = musicxml_bytes(score)
    assert {ratio for _, _, ratio in written(data)} == {"15:8", ""}
    assert read_musicxml(data.decode(), "a").score == score


def test_hands_have_tuplets_of_their_own() -> None:
    right = [(96 * n, 96, 72 + n) for n in range(5)]
    left = [(160 * n, 160, 48 + n) for n in range(3)]
    score = Score(notes_from([*right, *left]), keys=C_MAJOR, parts=(Part("Piano"),), resolution=480)
    ratios = Counter(ratio for _, _, ratio in written(musicxml_bytes(score)))
    assert (ratios["5:4"], ratios["3:2"]) == (5, 3)
    assert read_musicxml(musicxml_bytes(score).decode(), "a").score == score


def test_printed_pages_have_the_number_of_a_tuplet() -> None:
    score = tune("(5:4:5C//D//E//F//G// A3|")
    assert {ratio for _, _, ratio in written(printed_musicxml(score))} == {"5:4", ""}
    assert sum(page.count('class="tupletNum"') for page in score_svgs(score)) == 1


def test_a_tuplet_shares_its_beams() -> None:
    notes = list(fromstring(printed_musicxml(tune("(5:4:5C/D/E/F/G/ A2|"))).iter("note"))
    assert [first_beam(note) for note in notes] == [*("begin", *["continue"] * 3, "end"), ""]


def first_beam(note: Element) -> str:
    return note.findtext("beam") or ""


@pytest.mark.parametrize("duration", [384, 430, 456])
def test_notes_of_a_file_that_are_released_early_make_no_tuplets(duration: int) -> None:
    rows = [(480 * n, duration, 60 + n) for n in range(8)]
    part = Part("Lead", 73, channel=0)
    notes = notes_from([(*row, 80, 73, 0) for row in rows])
    score = Score(notes, keys=C_MAJOR, parts=(part,), resolution=480)
    assert {ratio for _, _, ratio in written(printed_musicxml(score))} == {""}


def test_times_beside_all_tuplets_are_on_the_grid() -> None:
    rows = [(0, 95, 60), (95, 100, 62), (195, 93, 64), (288, 672, 65)]
    score = Score(notes_from(rows), keys=C_MAJOR, resolution=480)
    assert musicxml_bytes(score) == musicxml_bytes(score.on_grid())


@pytest.mark.parametrize(
    ("metre", "chords", "found"),
    [
        ("4/4", [(0, 24), (24, 48), (48, 72), (72, 96), (96, 120)], [(0, 24, 5, 4)]),
        ("4/4", [(0, 24), (24, 120), (120, 480)], [(0, 24, 5, 4)]),
        ("4/4", [(0, 48), (48, 96), (96, 144), (144, 192), (192, 240)], [(0, 48, 5, 4)]),
        ("6/8", [(0, 36), (36, 72), (72, 108), (108, 144), (144, 180)], [(0, 36, 5, 3)]),
        ("4/4", [(0, 23), (23, 120)], None),
    ],
)
def test_the_longest_units_are_taken(
    metre: str,
    chords: list[tuple[int, int]],
    found: list[tuple[int, int, int, int]] | None,
) -> None:
    numerator, denominator = map(int, metre.split("/"))
    tuplets = find_tuplets(chords, Metre(0, numerator, denominator), 0, 5, 1)
    assert tuplets == (None if found is None else [Tuplet(*row) for row in found])


@st.composite
def rhythms(draw: st.DrawFn) -> Score:
    """Beats divided by 1 to 9, some of their notes joined and some left out."""
    rows, resolution = [], 24 * 5 * 7 * 3
    for beat in range(draw(st.integers(2, 8))):
        units = draw(st.sampled_from([1, 2, 3, 4, 5, 6, 7, 9]))
        cuts = [0, *(n for n in range(1, units) if draw(st.integers(0, 3))), units]
        for first, last in pairwise(cuts):
            if draw(st.integers(0, 5)):
                start, end = (beat * resolution + resolution * n // units for n in (first, last))
                rows.append((start, end - start, draw(st.integers(60, 72))))
    return Score(notes_from(rows or [(0, resolution, 60)]), keys=C_MAJOR, resolution=resolution)


@settings(max_examples=40, deadline=None)
@given(rhythms())
def test_any_division_of_beats_comes_back(score: Score) -> None:
    back = read_musicxml(musicxml_bytes(score).decode(), "a").score

    def in_quarters(piece: Score) -> list[tuple[Fraction, Fraction, int]]:
        rows = piece.notes[["start", "duration", "pitch"]].tolist()
        return [
            (Fraction(start, piece.resolution), Fraction(duration, piece.resolution), pitch)
            for start, duration, pitch in rows
        ]

    assert in_quarters(back) == in_quarters(score)


def test_tempo_and_pedal_within_a_tuplet_are_exact() -> None:
    # A quintuplet of 168 and a septuplet of 120 ticks a note, then a half note on the grid.
    rows = [(168 * i, 168, 60 + i) for i in range(5)] + [(840 + 120 * i, 120, 65) for i in range(7)]
    pedal = [(0, 127, 0), (168, 0, 0), (336, 100, 0), (960, 0, 0), (1680 + 17, 127, 0)]
    score = Score(
        notes_from([*rows, (1680, 1680, 60)]),
        tempo_changes=(TempoChange(336, 100.0), TempoChange(1200, 90.0), TempoChange(1691, 60.0)),
        keys=C_MAJOR,
        parts=(Part(),),
        pedal_changes=np.array(pedal, PEDAL_CHANGE_DTYPE),
        resolution=840,
    )
    again = read_musicxml(musicxml_bytes(score).decode(), "again").score
    tempos = [(change.start, change.tempo) for change in again.tempo_changes]
    assert tempos == [(336, 100.0), (1200, 90.0), (1680, 60.0)]  # the last is on the grid
    starts = again.pedal_changes["start"].tolist()
    assert (again.resolution, starts) == (840, [0, 168, 336, 960, 1680])
    assert "pedal" in score_svgs(score)[0]
