"""Damaged files of all formats are read or refused, without any other error."""

from __future__ import annotations

import re
import zipfile

import numpy as np
import pytest

from musicgen.corpus.bundled.library import bundled_collections
from musicgen.corpus.collection import Piece, RefusedFile
from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers import notation_process
from musicgen.corpus.readers.archives import open_archive, read_member
from musicgen.corpus.readers.notation_process import NotationProcess
from musicgen.corpus.readers.read_score import read_piece
from musicgen.score_fields import MAX_TICK
from tests.helpers.small_midi import midi, note, program, signature, tempo

TUNE = b"X:1\nT:A tune\nM:6/8\nL:1/8\nQ:1/8=200\nK:Dm\nA|:d2e f(3efg|1 a3 A3:|2 [da]6|]\n"
KERN = (
    b"**kern\t**kern\n*M4/4\t*M4/4\n=1\t=1\n4c\t8e-\n.\t8f#\n2.d\t[2.a\n=2\t=2\n1c\t1a]\n*-\t*-\n"
)
XML = (
    b'<?xml version="1.0"?><score-partwise><part-list><score-part id="P1"><part-name>a'
    b'</part-name></score-part></part-list><part id="P1"><measure number="1"><attributes>'
    b"<divisions>4</divisions><time><beats>3</beats><beat-type>4</beat-type></time></attributes>"
    b"<note><pitch><step>F</step><alter>1</alter><octave>4</octave></pitch><duration>8</duration>"
    b"<dot/></note><backup><duration>4</duration></backup><note><chord/><pitch><step>A</step>"
    b"<octave>3</octave></pitch><duration>4</duration></note></measure></part></score-partwise>"
)
SMALL = midi(
    tempo(400_000) + signature(3, 2) + note(60, 240) + tempo(900_000, after=99) + note(64, 7),
    program(50) + note(40, 2000) + note(36, 9, channel=9),
)


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """Data with random bytes replaced; in half of the calls also removed, doubled or inserted."""
    result = bytearray(data)
    actions = (0, 3) if rng.random() < 0.5 else range(5)
    for _ in range(int(rng.integers(1, 6))):
        if not result:
            break
        index, action = int(rng.integers(len(result))), int(rng.choice(actions))
        length = int(rng.integers(1, 9))
        if action == 0:
            result[index] = int(rng.integers(256))
        elif action == 1:
            del result[index : index + length]
        elif action == 2:
            result[index:index] = result[index : index + length]
        elif action == 3:
            result[index : index + length] = rng.bytes(length)
        else:
            result[index:index] = rng.choice([b"\xff\xff\xff\x7f", b"99", b"0", b"-", b"<", b"|"])
    return bytes(result)


def renumbered(data: bytes, rng: np.random.Generator) -> bytes:
    """Data with some of its numbers replaced by bad ones."""
    bad_numbers = [b"0", b"-1", b"99999999", b"1e9", b"", b"x", b"257", b"1", b"0.001"]
    matches = list(re.finditer(rb"[0-9]+", data))
    result = data
    for number_index in sorted(rng.choice(len(matches), int(rng.integers(1, 4))), reverse=True):
        number = matches[number_index]
        result = result[: number.start()] + rng.choice(bad_numbers) + result[number.end() :]
    return result


def is_read(data: bytes, file: str) -> bool:
    """Whether a file is read; checks the score's bounds or the refusal's reason."""
    piece = read_piece(data, file)
    if isinstance(piece, RefusedFile):
        assert piece.file == file and piece.reason and len(piece.reason) < 300
        return False
    assert isinstance(piece, Piece)
    score = piece.score
    assert 0 < len(score) <= 200_000 and 0 < score.end <= MAX_TICK
    assert 0 < score.seconds < 10**7 and 0 < score.bars < 10**7
    return True


def test_damaged_midi() -> None:
    rng = np.random.default_rng(20)
    with zipfile.ZipFile(bundled_collections()[0].path) as archive:
        files = [SMALL, *(archive.read(name) for name in archive.namelist()[::100])]
    read = [is_read(mutated(files[index % len(files)], rng), "a.mid") for index in range(1500)]
    assert 100 < sum(read) < 1400


def test_random_bytes() -> None:
    rng = np.random.default_rng(21)
    for index in range(300):
        header = SMALL[: int(rng.integers(0, 30))]
        for file in ("a.mid", "a.mxl", "a.krn") if index < 20 else ("a.mid", "a.mxl"):
            is_read(header + rng.bytes(int(rng.integers(0, 300))), file)


@pytest.mark.parametrize(
    ("data", "file"), [(TUNE, "a.abc"), (KERN, "a.krn"), (XML, "a.xml")], ids=["abc", "krn", "xml"]
)
def test_damaged_notation(data: bytes, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    process = NotationProcess(base_seconds=1.0)  # a tenth of the real time limit
    monkeypatch.setattr(notation_process, "worker", process)
    rng = np.random.default_rng(22)
    assert is_read(data, file)
    read = [is_read(mutated(data, rng), file) for _ in range(40)]
    read += [is_read(renumbered(data, rng), file) for _ in range(40)]
    process.close()
    assert 8 < sum(read) < 80


def test_damaged_zips() -> None:
    rng = np.random.default_rng(23)
    zip_bytes = bundled_collections()[0].path.read_bytes()
    with zipfile.ZipFile(bundled_collections()[0].path) as archive:
        end = archive.infolist()[3].header_offset
        directory = archive.start_dir
    small = zip_bytes[:end] + zip_bytes[directory:]  # its directory points beyond its files
    for data in (small, zip_bytes[: len(zip_bytes) // 2], zip_bytes):
        for _ in range(10):
            try:
                opened = open_archive(mutated(data, rng))
                for member in opened.infolist()[:20]:
                    is_read(read_member(opened, member), "a.mid")
            except UnreadableScore as problem:
                assert problem.reason
