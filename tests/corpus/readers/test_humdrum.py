"""Reading of Humdrum: nested spines, ties, names, and texts of which a note would be lost."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from musicgen.corpus.collection import RefusedFile
from musicgen.corpus.readers.humdrum.reader import read_humdrum
from musicgen.corpus.readers.read_score import read_piece, read_score
from musicgen.metres import Metre
from musicgen.rendering.midi import midi_bytes
from musicgen.score import Score
from musicgen.score_fields import KeySignature, TempoChange
from tests.helpers.kern_files import Note, nested_spines


def lines(*rows: str) -> str:
    """Humdrum with single spaces in place of tabs."""
    return "\n".join(row.replace(" ", "\t") for row in rows) + "\n"


def in_quarters(score: Score) -> list[Note]:
    return sorted(
        (Fraction(start, score.resolution), Fraction(duration, score.resolution), pitch)
        for start, duration, pitch in score.notes[["start", "duration", "pitch"]].tolist()
    )


def on_grid(text: str) -> list[tuple[int, int, int]]:
    notes = read_humdrum(text, "a").score.on_grid().notes
    return notes[["start", "duration", "pitch"]].tolist()


def counted_notes(text: str) -> int:
    """Note tokens that begin a note, counted without following the spines."""
    tokens = [
        subtoken
        for line in text.splitlines()
        if line[:1] not in ("*", "=", "!", "")
        for subtoken in re.split(r"[\t ]", line)
    ]
    return sum(
        bool(re.search("[a-gA-G]", token)) and not set("rq_]") & set(token) for token in tokens
    )


@pytest.mark.parametrize("seed", range(12))
def test_notes_of_nested_spines(seed: int) -> None:
    text, notes = nested_spines(seed)
    assert in_quarters(read_humdrum(text, "a").score) == notes
    assert counted_notes(text) == len(notes)


@pytest.mark.slow
def test_no_note_of_many_texts_with_nested_spines_is_lost() -> None:
    for seed in range(100, 140):
        text, notes = nested_spines(seed, bars=16)
        assert in_quarters(read_humdrum(text, "a").score) == notes, seed


def test_spines_change_places_and_end_before_others() -> None:
    text = lines(
        "**kern **kern", "*M2/4 *M2/4", "=1 =1", "2c 2e", "*x *x", "=2 =2", "2f 2d", "* *-", "=3",
        "2g", "*-",
    )  # fmt: skip
    score = read_humdrum(text, "a").score
    assert score.notes["pitch"][score.notes["part"] == 1].tolist() == [60, 62]
    assert on_grid(text)[-1] == (96, 48, 67)


def test_ties_are_joined_and_grace_notes_left_out() -> None:
    text = lines(
        "**kern **kern", "=1 =1", "[2c 4e", ". 8qdd", ". 4f", "2c_ [2g", "=2 =2", "4c] 4g]", "*- *-"
    )
    notation = read_humdrum(text, "a")
    assert notation.left_out == ("1 grace note",)
    assert on_grid(text) == [(0, 120, 60), (0, 24, 64), (24, 24, 65), (48, 72, 67)]


def test_a_note_after_grace_notes_begins_on_its_beat() -> None:
    text = lines("**kern", "*M2/4", "=1", "2c", "=2", "8eq", "8fq", "2g", "*-")
    assert on_grid(text) == [(0, 48, 60), (48, 48, 67)]


def test_what_is_said_of_spines() -> None:
    text = lines(
        "**kern **kern **dynam",
        "*Icello *Iflt *",
        '*I"Cello *I"Flute *',
        "*k[b-e-] *k[b-e-] *",
        "*g: *g: *",
        "*MM90 *MM90 *",
        "*M3/4 *M3/4 *",
        "4C 4g p",
        "=1 =1 =1",
        "2.D 2.a .",
        "*MM60 *MM60 *",
        "=2 =2 =2",
        "2.E 2.b .",
        "*- *- *-",
    )
    notation = read_humdrum(text, "a")
    score = notation.score
    assert [(part.name, part.program) for part in score.parts] == [("Flute", 73), ("Cello", 42)]
    assert (score.tempo, score.tempo_changes) == (90.0, (TempoChange(96, 60.0),))
    assert score.keys == (KeySignature(0, -2, is_minor=True),)
    assert score.metres == (Metre(0, 1, 4), Metre(24, 3, 4))
    assert notation.left_out == ("dynamics",)


def test_a_transposing_instrument_sounds_as_its_tokens_say() -> None:
    assert on_grid(lines("**kern", "*ITrd1c2", "4f", "*-")) == [(0, 24, 65)]


def test_endings_are_read_once_with_the_last() -> None:
    text = lines(
        "**kern",
        "*>[A,A1,A,A2]",
        "*M1/4",
        "*>A",
        "=1",
        "[4c",
        "*>A1",
        "=2",
        "4c]",
        "*>A2",
        "=2:|!",
        "4d",
        "==",
        "*-",
    )
    assert on_grid(text) == [(0, 24, 60), (24, 24, 62)]


def test_cue_notes_and_notes_of_an_ossia_are_not_played() -> None:
    text = lines("**kern **kern", "*cue *", "4c 4e", "*Xcue *ossia", "4d 4f", "* *Xossia", "*- *-")
    notation = read_humdrum(text, "a")
    assert notation.left_out == ("1 cue note", "1 note of an ossia")
    assert on_grid(text) == [(0, 24, 64), (24, 24, 62)]


def test_programs_by_code_and_by_number() -> None:
    text = lines("**kern **kern **kern", "*Itromb *I#74 *Ixyz", "4c 4e 4g", "*- *- *-")
    score = read_humdrum(text, "a").score
    assert [part.program for part in score.parts] == [0, 73, 57]


def test_a_percussion_clef_says_drums_by_their_place() -> None:
    # As in MusicXML: the third space is the snare drum, the lowest the bass drum.
    text = lines("**kern **kern", "*clefX *", "4cc 4e", "4R 4f", "4f 4g", "*- *-")
    notation = read_humdrum(text, "a")
    assert [part.is_drum for part in notation.score.parts] == [False, True]
    assert notation.score.notes["pitch"][notation.score.is_drum].tolist() == [38, 36]
    assert notation.left_out == ("1 note without a pitch",)


def test_a_tremolo_says_no_duration() -> None:
    assert on_grid(lines("**kern", "2c@16@", "2d@@32@@", "*-")) == [(0, 48, 60), (48, 48, 62)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (lines("**kern", "4c", "4d 4e", "*-"), "line 3 has 2 fields where there are 1 spines"),
        (lines("**mens", "sc", "*-"), "it holds no **kern spine (but **mens)"),
        (
            lines("**kern", "=1", "4c", "*+", "* **kern", "=2 =2", "2e 2g", "*- *-"),
            "1 of its 3 notes could not be placed in time",
        ),
        (
            lines("**kern **kern", "=1 =1", "4c 8d", "4e 8f", "2g 2a", "*- *-"),
            "the rhythm of line 3 can be read in more than one way",
        ),
        (
            lines("**kern **kern", "*^ *^", "4c 4d 4e 4f", "*v *v *v *v", "4c 4d", "*- *-"),
            "two spines are joined side by side in one line",
        ),
        (
            lines("**kern **kern **kern", "4c 4e 4g", "*x * *x", "4a 4f 4d", "*- *- *-"),
            "two spines change places that are not beside each other",
        ),
        (lines("**kern", "4r", "*-"), "it holds no note that begins and ends"),
    ],
)
def test_refused_texts(text: str, reason: str) -> None:
    piece = read_piece(text.encode(), "a.krn")
    assert isinstance(piece, RefusedFile)
    assert piece.reason == reason


def test_a_spine_without_notes_is_no_part_and_says_tempo_and_metre() -> None:
    text = "**kern\t**kern\n*M3/4\t*\n*MM90\t*\n*\t*ped\n4r\t4c\n*\t*Xped\n2r\t2d\n*-\t*-\n"
    score = read_humdrum(text, "a").score
    assert len(score.parts) == 1 and score.pedals.tolist() == [(0, 24, 0)]
    assert score.tempo == 90 and str(score.metres[0]) == "3/4"
    assert read_score(midi_bytes(score), "a.mid") == score


@pytest.mark.parametrize(
    ("tokens", "starts"),
    [
        ("20c 20d 20e 20f 20g 2.a", [0, "1/5", "2/5", "3/5", "4/5", 1]),
        ("28c 28d 28e 28f 28g 28a 28b 2.cc", [0, "1/7", "2/7", "3/7", "4/7", "5/7", "6/7", 1]),
        ("3%2c 3%2d 3%2e", [0, "8/3", "16/3"]),
    ],
)
def test_tuplets_are_exact(tokens: str, starts: list[int | str]) -> None:
    score = read_humdrum("\n".join(["**kern", "*M4/4", *tokens.split(), "*-"]), "tuplets").score
    quarters = [Fraction(start, score.resolution) for start in score.notes["start"].tolist()]
    assert quarters == list(map(Fraction, starts))


def test_spaces_around_tokens_are_passed_over() -> None:
    text = "**kern\n*M4/4 \n=1\n8cLL/ \n 8d\\JJ\n4e 4g \n2f\n*-\n"
    rows = read_humdrum(text, "a").score.notes[["start", "duration", "pitch"]].tolist()
    assert rows == [(0, 12, 60), (12, 12, 62), (24, 24, 64), (24, 24, 67), (48, 48, 65)]
