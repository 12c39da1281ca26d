"""Files that raise, have no end, or lie where they must not be looked for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import pytest

from musicgen.corpus.collection import Piece, RefusedFile
from musicgen.corpus.errors import UnknownSource, UnreadableScore
from musicgen.corpus.load import find_source, load_collection
from musicgen.corpus.readers import notation_process, read_score
from musicgen.corpus.readers.abc import books
from tests.corpus.test_load import ONE, TWO, written


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize("error", [ValueError("x"), RecursionError(), MemoryError(), KeyError("y")])
def test_whatever_a_file_raises_the_others_are_read(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path / "songs", {"a.mid": ONE, "b.mid": TWO, "c.abc": b"X:1\nK:C\nC|\n"})

    def read_piece(data: bytes, file: str) -> Piece | RefusedFile:
        if file == "a.mid":
            return read_score.read_piece(data, file)
        raise error

    monkeypatch.setattr("musicgen.corpus.load.read_piece", read_piece)
    collection = load_collection(folder)
    assert [file.file for file in collection.files] == ["a.mid"]
    assert [file.file for file in collection.refused] == ["b.mid", "c.abc"]
    monkeypatch.undo()
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))
    assert "b.mid" in [file.file for file in load_collection(folder).files]  # not remembered


def test_books_of_tunes_are_divided_by_the_process_that_reads_notation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tune, header = "X:1\nK:C\nC|\n", "M:3/4\nT:é\n"
    files = {
        "many.abc": tune.encode() * 20_001,
        "two.abc": (header + tune + tune).encode("utf-16"),
        "a.mid": ONE,
    }

    def fail(text: str) -> books.Book:
        raise AssertionError("it is read in this process")

    monkeypatch.setattr(books, "Book", fail)
    collection = load_collection(written(tmp_path / "songs", files))
    assert [file.file for file in collection.files] == [
        "a.mid", "two (tune 1).abc", "two (tune 2).abc",
    ]  # fmt: skip
    assert [score.metres[0].numerator for score in collection.scores[1:]] == [3, 3]
    [refused] = collection.refused
    assert (refused.file, refused.reason) == (
        "many.abc",
        "it holds 20,001 tunes; at most 20,000 are read",
    )


def test_a_book_that_ends_its_reader_is_one_refused_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def request(kind: str, data: bytes) -> NoReturn:
        raise UnreadableScore("it takes too long or too much memory to read, or is damaged")

    monkeypatch.setattr(notation_process.worker, "request", request)
    folder = written(tmp_path / "songs", {"a.mid": ONE, "b.abc": b"X:1\nK:C\nC|\n"})
    collection = load_collection(folder)
    assert [file.file for file in collection.files] == ["a.mid"]
    assert [file.file for file in collection.refused] == ["b.abc"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_devices_and_pipes_are_refused_without_being_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mid")
    (tmp_path / "zero.mid").symlink_to("/dev/zero")
    (tmp_path / "null.zip").symlink_to("/dev/null")
    refused = {file.file: file.reason for file in load_collection(tmp_path).refused}
    assert refused["pipe.mid"] == refused["zero.mid"]
    assert "a device or a pipe" in refused["pipe.mid"]
    assert "null.zip" in refused


def test_a_shared_server_opens_no_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(tmp_path / "songs", {"a.mid": ONE})
    monkeypatch.setenv("MUSICGEN_SHARED", "0")
    assert find_source(str(folder))[1] == folder
    monkeypatch.setenv("MUSICGEN_SHARED", "1")
    messages = set()
    for path in (str(folder), str(tmp_path / "none"), folder):
        with pytest.raises(UnknownSource) as caught:
            find_source(path)
        messages.add(str(caught.value).replace(str(path), ""))
    assert len(messages) == 1  # it does not say which of them exists
    assert find_source("bach-chorales")[0] == "bach-chorales"
