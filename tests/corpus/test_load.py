"""Loading of folders, zips, files and named collections; refused files; the cache."""

from __future__ import annotations

import io
import os
import zipfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from musicgen.corpus import source_files
from musicgen.corpus.collection import Collection, PieceFile, RefusedFile
from musicgen.corpus.errors import UnknownSource, UnreadableScore
from musicgen.corpus.load import load_collection
from musicgen.corpus.readers.archives import open_archive
from musicgen.corpus.readers.formats import FORMATS, extension
from musicgen.corpus.readers.limits import Limits
from musicgen.corpus.score_cache import load_cache
from musicgen.corpus.source_files import list_files
from musicgen.errors import Cancelled
from tests.helpers.small_midi import midi, note

ONE, TWO = midi(note(60, 480)), midi(note(62, 480) + note(64, 240))


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))


def zipped(members: dict[str, bytes]) -> bytes:
    """The bytes of a compressed zip of files, by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def written(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files below a folder, by relative path; returns the folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def test_a_folder_with_subfolders(tmp_path: Path) -> None:
    files = {"b.mid": ONE, "more/a.MID": TWO, "notes.txt": b"hello", ".hidden.mid": ONE}
    assert len(load_collection(written(tmp_path / "dots", {"...And so on.mid": ONE})).scores) == 1
    folder = written(tmp_path / "My songs", {**files, "__MACOSX/b.mid": b"x", "bad.mid": b"no"})
    collection = load_collection(folder)
    assert collection.name == "My songs"
    assert collection.complete
    assert collection.files == (
        PieceFile("b.mid", "MIDI", 1, 0, len(ONE)),
        PieceFile("more/a.MID", "MIDI", 1, 0, len(TWO)),
    )
    assert [score.name for score in collection.scores] == ["b", "a"]
    assert [len(score) for score in collection.scores] == [1, 2]
    assert collection.refused == (
        RefusedFile("bad.mid", "it is not a MIDI file, whatever its name says"),
        RefusedFile("notes.txt", "'.txt' files are not read", "use MIDI, MusicXML, ABC or Humdrum"),
    )


def test_a_single_file_and_an_empty_folder(tmp_path: Path) -> None:
    path = written(tmp_path, {"a song.mid": ONE}) / "a song.mid"
    assert [score.name for score in load_collection(str(path)).scores] == ["a song"]
    (tmp_path / "empty").mkdir()
    assert load_collection(tmp_path / "empty") == Collection("empty")


def test_a_zip(tmp_path: Path) -> None:
    members = {
        "a.mid": ONE,
        "folder/b.mid": TWO,
        "../../etc/c.mid": ONE,
        "/d.mid": ONE,
        "__MACOSX/._a.mid": b"x",
        "inner.zip": zipped({"e.mid": ONE}),
        "read me.txt": b"hello",
    }
    path = written(tmp_path, {"songs.zip": zipped(members)}) / "songs.zip"
    collection = load_collection(path)
    assert collection.name == "songs"
    assert sorted(file.file for file in collection.files) == [
        "a.mid",
        "d.mid",
        "etc/c.mid",
        "folder/b.mid",
    ]
    assert [(file.file, file.reason) for file in collection.refused] == [
        ("inner.zip", "it is a zip inside a zip"),
        ("read me.txt", "'.txt' files are not read"),
    ]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["home", "songs.zip"]


def test_files_of_a_zip_in_a_folder_have_its_name(tmp_path: Path) -> None:
    folder = written(tmp_path / "all", {"x.zip": zipped({"a.mid": ONE}), "y.zip": b"PK broken"})
    collection = load_collection(folder)
    assert [file.file for file in collection.files] == ["x.zip/a.mid"]
    assert collection.refused == (RefusedFile("y.zip", "it is not a zip file, or a damaged one"),)


def test_zip_bombs_are_refused_without_unpacking(tmp_path: Path) -> None:
    bomb = zipped({"a.mid": bytes(8 * 2**20), "b.mid": ONE, "c.mid": bytes(17 * 2**20)})
    collection = load_collection(written(tmp_path, {"bomb.zip": bomb}) / "bomb.zip")
    assert [file.file for file in collection.files] == ["b.mid"]
    assert [file.file for file in collection.refused] == ["a.mid", "c.mid"]
    assert "times its size" in collection.refused[0].reason
    assert collection.refused[1].reason == "it would unpack to 17 MiB"
    with pytest.raises(UnreadableScore, match="holds 3 files; at most 2"):
        open_archive(bomb, Limits(archive_members=2))
    with pytest.raises(UnreadableScore, match="would unpack to"):
        open_archive(bomb, Limits(archive_unpacked=2**20))


def test_zips_with_wrong_sizes_or_a_password(tmp_path: Path) -> None:
    lying = bytearray(zipped({"a.mid": ONE * 50}))
    directory = lying.index(b"PK\1\2")
    lying[directory + 24 : directory + 28] = (40).to_bytes(4, "little")
    locked = bytearray(zipped({"a.mid": ONE}))
    locked[locked.index(b"PK\1\2") + 8] |= 1
    folder = written(tmp_path / "zips", {"lying.zip": bytes(lying), "locked.zip": bytes(locked)})
    assert [file.reason for file in load_collection(folder).refused] == [
        "it is locked with a password",
        "it is damaged inside the zip",
    ]


def test_links_pipes_and_undecodable_names(tmp_path: Path) -> None:
    folder = written(tmp_path / "odd", {'it\'s "é" 🎵.mid': ONE})
    (folder / "nowhere.mid").symlink_to(tmp_path / "nothing")
    (folder / "round").symlink_to(folder, target_is_directory=True)
    (folder / "zero.mid").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.mid")
    (folder / os.fsdecode(b"latin-\xe9.mid")).write_bytes(TWO)
    collection = load_collection(folder)
    assert sorted(file.file for file in collection.files) == [
        'it\'s "é" 🎵.mid',
        "latin-\ufffd.mid",
    ]
    reasons = {file.file: file.reason for file in collection.refused}
    assert reasons == {
        "nowhere.mid": "it cannot be opened: no such file or directory",
        "pipe.mid": "it is not a file that can be read (a device or a pipe)",
        "zero.mid": "it is not a file that can be read (a device or a pipe)",
    }
    for file in collection.files:
        file.file.encode()  # can be printed


def test_the_tunes_of_an_abc_book_are_pieces(tmp_path: Path) -> None:
    book = "% a book\n\nX:1\nM:4/4\nL:1/4\nK:C\nCDEF|\n\nX:2\nM:3/4\nL:1/4\nK:G\nGAB|\n"
    collection = load_collection(written(tmp_path, {"b.abc": book.encode()}) / "b.abc")
    assert [file.file for file in collection.files] == ["b (tune 1).abc", "b (tune 2).abc"]
    assert [score.notes["pitch"].tolist() for score in collection.scores] == [
        [60, 62, 64, 65],
        [67, 69, 71],
    ]


@pytest.fixture()
def files_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the music files that are read from disk."""
    names: list[str] = []
    original = source_files.read_file

    def read_file(path: Path | str) -> bytes:
        if extension(str(path)) in FORMATS:
            names.append(Path(path).name)
        return original(path)

    monkeypatch.setattr(source_files, "read_file", read_file)
    return names


def _abc_book(tunes: int) -> bytes:
    return "".join(f"X:{n}\nL:1/4\nK:C\nCDEF|\n\n" for n in range(1, tunes + 1)).encode()


def test_listing_a_source_reads_no_file(tmp_path: Path, files_read: list[str]) -> None:
    folder = written(tmp_path / "tunes", {"a.abc": _abc_book(2), "b.abc": _abc_book(1)})
    with ExitStack() as stack:
        assert [file.name for file in list_files(folder, stack)] == ["a.abc", "b.abc"]
    assert files_read == []


def test_abc_books_come_from_the_cache(tmp_path: Path, files_read: list[str]) -> None:
    folder = written(tmp_path / "tunes", {"a.abc": _abc_book(2), "b.abc": _abc_book(1)})
    first = load_collection(folder)
    assert [file.file for file in first.files] == ["a (tune 1).abc", "a (tune 2).abc", "b.abc"]
    assert files_read == ["a.abc", "b.abc"]
    assert load_collection(folder) == first
    assert files_read == ["a.abc", "b.abc"]


def test_reading_abc_books_reports_progress_and_can_be_cancelled(
    tmp_path: Path, files_read: list[str]
) -> None:
    folder = written(tmp_path / "tunes", {"a.abc": _abc_book(3), "b.abc": _abc_book(1)})
    calls: list[tuple[int, int]] = []

    def cancel_at_second(done: int, total: int) -> None:
        calls.append((done, total))
        if done == 2:
            raise Cancelled

    stopped = load_collection(folder, cancel_at_second)
    assert calls == [(1, 4), (2, 4)]
    assert (len(stopped), stopped.complete) == (2, False)
    assert files_read == ["a.abc"]
    whole = load_collection(folder)
    assert (len(whole), whole.complete) == (4, True)
    assert whole.scores[:2] == stopped.scores


def test_the_error_of_an_unknown_source_lists_the_collections() -> None:
    for source in ("bach-choral", "/no/such/folder", "", "\0", "x" * 5000):
        with pytest.raises(UnknownSource, match="bach-chorales, ryans-mammoth, string-quartets"):
            load_collection(source)


def test_unchanged_files_are_cached(tmp_path: Path, files_read: list[str]) -> None:
    folder = written(tmp_path / "songs", {"a.mid": ONE, "b.mid": b"no music", "c.mid": TWO})
    first = load_collection(folder)
    assert files_read == ["a.mid", "b.mid", "c.mid"]
    files_read.clear()
    assert load_collection(folder) == first
    assert files_read == []
    written(folder, {"a.mid": TWO, "d.mid": ONE})
    (folder / "c.mid").unlink()
    assert [len(score) for score in load_collection(folder).scores] == [2, 1]
    assert files_read == ["a.mid", "d.mid"]
    assert {file for file, _ in load_cache(folder)} == {"a.mid", "b.mid", "d.mid"}


@pytest.mark.parametrize("damage", ["cut", "empty", "pickle", "other version"])
def test_a_damaged_cache_counts_as_missing(tmp_path: Path, damage: str) -> None:
    folder = written(tmp_path / "songs", {"a.mid": ONE})
    first = load_collection(folder)
    (record,) = (tmp_path / "home/cache/scores").iterdir()
    if damage == "pickle":
        np.savez(record, notes=np.array([{}], dtype=object), text=np.array([{}], dtype=object))
    elif damage == "other version":
        text = np.frombuffer(b'{"version": 0, "files": []}', np.uint8)
        np.savez(record, notes=np.zeros(0), text=text)
    else:
        data = record.read_bytes()
        record.write_bytes(b"" if damage == "empty" else data[: len(data) // 2])
    assert load_cache(folder) == {}
    assert load_collection(folder) == first


def test_an_unwritable_cache_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(tmp_path / "songs", {"a.mid": ONE})
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "file"))
    assert len(load_collection(folder)) == 1


def test_progress_is_reported_and_can_cancel(tmp_path: Path) -> None:
    folder = written(tmp_path / "songs", {f"{name}.mid": ONE for name in "abcd"})
    seen: list[tuple[int, int]] = []
    load_collection(folder, lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise Cancelled

    stopped = load_collection(folder, stop)
    assert (len(stopped), stopped.complete) == (2, False)
    assert len(load_cache(folder)) == 4  # cached entries stay


def test_bundled_collections_are_read_without_refusals() -> None:
    for name, pieces, notes in (
        ("bach-chorales", 409, 96840),
        ("ryans-mammoth", 1059, 120877),
        ("string-quartets", 62, 175473),
    ):
        collection = load_collection(name)
        assert (collection.name, len(collection), collection.refused) == (name, pieces, ())
        assert sum(map(len, collection.scores)) == notes
