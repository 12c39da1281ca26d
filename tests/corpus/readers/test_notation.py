"""Reading of ABC, MusicXML and Humdrum: pickups, repeats, ties, and texts that end the worker."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile

import pytest

from musicgen.corpus.collection import Piece, RefusedFile
from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.formats import ABC
from musicgen.corpus.readers.notation_process import NotationProcess, _reason_of_end
from musicgen.corpus.readers.read_score import read_piece, read_score
from musicgen.metres import Metre

HEADER = "X:1\nT:A tune\nM:4/4\nL:1/4\nK:C\n"


def abc(music: str) -> list[tuple[int, int, int]]:
    """Start, duration and pitch of the notes of a line of ABC."""
    score = read_score((HEADER + music).encode(), "tune.abc")
    return score.notes[["start", "duration", "pitch"]].tolist()


def xml(body: str, attributes: str = "<divisions>2</divisions>") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><score-partwise version="3.0"><part-list>'
        '<score-part id="P1"><part-name>Flute</part-name></score-part></part-list>'
        f'<part id="P1"><measure number="1"><attributes>{attributes}</attributes>{body}'
        "</measure></part></score-partwise>"
    ).encode()


def xml_note(step: str, octave: int, duration: int, more: str = "") -> str:
    return (
        f"<note><pitch><step>{step}</step><octave>{octave}</octave></pitch>"
        f"<duration>{duration}</duration>{more}</note>"
    )


def test_a_line_of_abc() -> None:
    score = read_score((HEADER + "C E/ E/ [CG]2 |]\n").encode(), "folder/tune.abc")
    assert score.notes[["start", "duration", "pitch"]].tolist() == [
        (0, 24, 60),
        (24, 12, 64),
        (36, 12, 64),
        (48, 48, 60),
        (48, 48, 67),
    ]
    assert (score.metres, score.tempo, score.name) == ((Metre(0, 4, 4),), 120.0, "tune")


def test_a_written_tempo() -> None:
    text = "X:1\nQ:1/4=90\nM:3/4\nL:1/4\nK:G\nGAB|\n"
    score = read_score(text.encode(), "a.abc")
    assert (score.tempo, score.metres) == (90.0, (Metre(0, 3, 4),))


def test_a_pickup_is_a_short_first_metre() -> None:
    score = read_score((HEADER + "G | CDEF | GGGG |]\n").encode(), "a.abc")
    assert score.metres == (Metre(0, 1, 4), Metre(24, 4, 4))


def test_a_repeat_is_read_once_with_its_last_ending() -> None:
    assert abc("|: CDEF |1 G4 :|2 c4 |]\n") == [
        (0, 24, 60),
        (24, 24, 62),
        (48, 24, 64),
        (72, 24, 65),
        (96, 96, 72),
    ]


def test_ties_grace_notes_and_chord_names() -> None:
    assert abc('"Am"C3 D- | D2 {cd}E2 |]\n') == [(0, 72, 60), (72, 72, 62), (144, 48, 64)]


def test_musicxml_with_ties_percussion_and_a_transposing_part() -> None:
    tie = '<tie type="start"/>'
    drum = "<note><unpitched/><duration>2</duration></note>"
    body = xml_note("C", 5, 2, tie) + xml_note("C", 5, 4, '<tie type="stop"/>') + drum
    attributes = "<divisions>2</divisions><transpose><chromatic>-2</chromatic></transpose>"
    piece = read_piece(xml(body, attributes), "flute.musicxml")
    assert isinstance(piece, Piece)
    assert piece.score.pitched.notes[["start", "duration", "pitch"]].tolist() == [(0, 72, 70)]
    assert piece.score.notes[piece.score.is_drum]["start"].tolist() == [72]
    assert (piece.file.format, piece.file.parts, piece.file.drums) == ("MusicXML", 2, 1)


def test_compressed_musicxml() -> None:
    container = '<container><rootfiles><rootfile full-path="in/a.xml"/></rootfiles></container>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("other.xml", "<nothing/>")
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("in/a.xml", xml(xml_note("E", 4, 2)))
    assert read_score(buffer.getvalue(), "a.mxl").notes["pitch"].tolist() == [64]
    reason = "it is not a zip file, or a damaged one"
    assert read_piece(b"PK\3\4 and no more", "a.mxl") == RefusedFile("a.mxl", reason)


@pytest.mark.parametrize(
    "container",
    [
        '<rootfile full-path="a.pdf" media-type="application/pdf"/>'
        '<rootfile full-path="a&amp;b.xml" media-type="application/vnd.recordare.musicxml+xml"/>',
        '<rootfile full-path="a&amp;b.xml"/><rootfile full-path="a.pdf"/>',
        "<rootfile full-path='a&amp;b.xml'/>".encode("utf-16"),
    ],
)
def test_a_container_names_the_score_among_other_files(container: str | bytes) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("a.pdf", "%PDF")
        archive.writestr("a.xml", xml(xml_note("C", 4, 2)))
        archive.writestr("a&b.xml", xml(xml_note("E", 4, 2)))
    assert read_score(buffer.getvalue(), "a.mxl").notes["pitch"].tolist() == [64]


def test_humdrum() -> None:
    text = "**kern\t**kern\n*M3/4\t*M3/4\n=1\t=1\n2C\t4c\n.\t4d\n4D\t4e\n==\t==\n*-\t*-\n"
    score = read_score(text.encode(), "a.krn")
    assert score.metres == (Metre(0, 3, 4),)
    assert score.notes[["start", "duration", "pitch"]].tolist() == [
        (0, 48, 48),
        (0, 24, 60),
        (24, 24, 62),
        (48, 24, 50),
        (48, 24, 64),
    ]


def test_text_in_other_encodings() -> None:
    tune = HEADER.replace("A tune", "Été") + "C4|]\n"
    for encoding in ("utf-8", "utf-8-sig", "latin-1", "utf-16"):
        assert len(read_score(tune.encode(encoding), "a.abc")) == 1, encoding


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("Shift_JIS", "ピアノ"),
        ("koi8-r", "скрипка"),
        ("windows-1250", "Housle č"),
        ("Big5", "鋼琴"),
    ],
)
def test_xml_in_the_encoding_that_it_declares(encoding: str, name: str) -> None:
    text = xml(xml_note("E", 4, 2)).decode().replace("UTF-8", encoding).replace("Flute", name)
    declared = text.encode(encoding)
    assert [part.name for part in read_score(declared, "a.xml").parts] == [name]


@pytest.mark.parametrize(
    ("data", "file", "reason"),
    [
        (b"<html></html>", "a.xml", "it is XML, but not MusicXML"),
        (
            b'<!DOCTYPE a [<!ENTITY b "c">]><score-partwise/>',
            "a.xml",
            "it defines entities, which no score needs and an attack does",
        ),
        (b"<score-timewise/>", "a.xml", "it holds no note that begins and ends"),
        (HEADER.encode() * 2, "a.abc", "it holds 2 tunes, and one is wanted"),
        (HEADER.encode() + b"z4|]\n", "a.abc", "it holds no note that begins and ends"),
        (
            HEADER.encode() + b"C99999999|]\n",
            "a.abc",
            "line 6: it lasts 99,999,999 quarter notes; a piece has at most 60,000",
        ),
        (b"hello", "a.txt", "'.txt' files are not read"),
        (b"hello", "README", "its name has no ending"),
    ],
)
def test_refused_notation(data: bytes, file: str, reason: str) -> None:
    piece = read_piece(data, file)
    assert isinstance(piece, RefusedFile)
    assert piece.reason == reason


def test_damaged_notation_is_refused_with_a_reason() -> None:
    for data, file in (
        (b"", "a.abc"),
        (b"\0\xff\x1b" * 999, "a.abc"),
        (b"**kern\n4c\t4d\n*-", "a.krn"),
        (xml(xml_note("C", 4, 2))[:-40], "a.xml"),
        (xml(xml_note("C", 4, 2), "<divisions>0</divisions>"), "a.xml"),
        (xml("<barline><ending number='1-999999999' type='start'/></barline>"), "a.xml"),
    ):
        piece = read_piece(data, file)
        assert isinstance(piece, RefusedFile), data
        assert piece.reason and "Traceback" not in piece.reason


def test_a_text_that_takes_too_long_ends_the_worker_and_the_next_is_read() -> None:
    worker = NotationProcess(base_seconds=0.2)
    endless = HEADER.replace("M:4/4", "M:1/32") + "Z100000|C|\n"  # takes a second
    try:
        with pytest.raises(UnreadableScore, match="too long or too much memory"):
            worker.request(ABC, endless.encode())
        reply, _ = worker.request(ABC, f"{HEADER}C4|]\n".encode())
        assert reply.score.metres == (Metre(0, 4, 4),)
    finally:
        worker.close()


def test_a_container_that_repeats_a_tag_takes_linear_time() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # a search that was quadratic took hours
        archive.writestr("META-INF/container.xml", "<rootfile full-path " * 50_000)
    refused = read_piece(buffer.getvalue(), "a.mxl")
    assert refused == RefusedFile("a.mxl", "there is no MusicXML in it")


def test_a_library_that_fails_on_a_file_is_not_said_to_take_too_long() -> None:
    with subprocess.Popen([sys.executable, "-c", "import os; os.abort()"]) as process:
        assert _reason_of_end(process) == "its reader fails on it: it is damaged"
    with subprocess.Popen([sys.executable, "-c", "import os; os._exit(1)"]) as process:
        assert "too long or too much memory" in _reason_of_end(process)
