"""Imports from folders, zips and uploads, and the record of refused files."""

from __future__ import annotations

import os
import time
import zipfile
from pathlib import Path

import pytest

from musicgen.corpus.collection import RefusedFile
from musicgen.corpus.errors import CollectionError
from musicgen.corpus.load import load_collection
from musicgen.corpus.readers.limits import Limits
from musicgen.corpus.user.import_record import RECORD_FILE, ImportRecord, read_import_record
from musicgen.corpus.user.safe_names import pasted_path
from musicgen.corpus.user.user_collections import (
    add_files,
    add_source,
    collections_from,
    import_source,
    own_collections,
    rename,
)
from musicgen.errors import Cancelled
from tests.corpus.own_songs import ONE, THREE, paths_below, zip_of
from tests.helpers.small_midi import midi, note

pytestmark = pytest.mark.usefixtures("collections_root")


NOT_READ = RefusedFile(
    "cover.jpg", "'.jpg' files are not read", "use MIDI, MusicXML, ABC or Humdrum"
)


def test_a_refused_file_is_recorded_until_one_of_its_name_is_copied(songs: Path) -> None:
    import_source(songs, "mine")
    assert load_collection("mine").refused == (NOT_READ,)
    rename("mine", "yours")
    add_files("yours", [("x.exe", b"MZ"), ("c.mid", THREE)])
    refused = load_collection("yours").refused
    assert [file.file for file in refused] == ["cover.jpg", "x.exe"]
    (songs / "empty.mid").write_bytes(b"")
    add_source("yours", songs)
    assert [file.file for file in load_collection("yours").refused][-1] == "empty.mid"
    add_files("yours", [("empty.mid", midi(note(70, 480)))])
    assert [file.file for file in load_collection("yours").refused] == ["cover.jpg", "x.exe"]


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"sources": 1, "refused": []}', b"\xff"])
def test_a_damaged_record_counts_as_missing(
    songs: Path, collections_root: Path, damage: bytes
) -> None:
    import_source(songs, "mine")
    (collections_root / "mine" / RECORD_FILE).write_bytes(damage)
    assert read_import_record(collections_root / "mine") == ImportRecord()
    assert load_collection("mine").refused == ()


def test_a_source_without_music_creates_no_collection(songs: Path, collections_root: Path) -> None:
    for file in songs.rglob("*.mid"):
        file.unlink()
    with pytest.raises(CollectionError, match=r"no music in .*'cover.jpg' was refused: '.jpg'"):
        import_source(songs)
    with pytest.raises(CollectionError, match="there is no file in"):
        import_source(songs / "old")
    with pytest.raises(CollectionError, match=r"no music in the upload.* \(1 more file was"):
        add_files("new", [("a.txt", b"a"), ("b.txt", b"b")])
    with pytest.raises(CollectionError, match="cancelled before the first file"):
        (songs / "z.mid").write_bytes(ONE)
        import_source(songs, "new", _stop_at_once)
    assert paths_below(collections_root) == []


def _stop_at_once(done: int, total: int) -> None:
    raise Cancelled


def test_a_path_an_upload_and_a_zip_give_the_same_collection(songs: Path) -> None:
    (songs / ".hidden").mkdir()
    (songs / ".hidden" / "c.mid").write_bytes(THREE)
    (songs / "old" / "more.zip").write_bytes(
        zip_of({"a.mid": ONE, "b/d.mid": THREE, "e.mid": THREE})
    )
    by_path = import_source(songs, "path")
    files = [path for path in sorted(songs.rglob("*")) if path.is_file()]
    uploads = [
        (f"My songs/{path.relative_to(songs).as_posix()}", path.read_bytes()) for path in files
    ]
    by_upload = add_files("upload", uploads)
    with zipfile.ZipFile(songs.parent / "My songs.zip", "w") as writing:
        for name, data in uploads:
            if not name.endswith(".zip"):
                writing.writestr(name, data)
    assert by_path.files == ("a.mid", "old/b.mid", "old/more.zip/b/d.mid")
    assert by_upload.files == tuple(f"My songs/{file}" for file in by_path.files)
    assert [len(file.same) for file in (by_path, by_upload)] == [3, 3]
    assert [len(file.refused) for file in (by_path, by_upload)] == [1, 1]
    by_zip = import_source(songs.parent / "My songs.zip")
    assert (by_zip.name, by_zip.files) == ("My songs", ("My songs/a.mid", "My songs/old/b.mid"))
    for name, pieces in (("path", 3), ("upload", 3), ("My songs", 2)):
        assert len(load_collection(name)) == pieces


def test_a_single_file_is_imported(songs: Path) -> None:
    added = import_source(songs / "a.mid")
    assert (added.name, added.files) == ("a", ("a.mid",))


def test_new_files_of_an_imported_folder_are_added(songs: Path) -> None:
    import_source(songs, "mine")
    assert collections_from(songs / "old" / "..") == ("mine",)
    assert collections_from(songs / "old") == ()
    (songs / "new.mid").write_bytes(THREE)
    again = add_source("mine", songs)
    assert again.files == ("new.mid",)
    assert [file for file, _ in again.same] == ["a.mid", "old/b.mid", "old/copy of a.mid"]
    assert [collection.name for collection in own_collections()] == ["mine"]


def test_an_import_beyond_the_limit_is_reported(
    songs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicgen.corpus.source_files.LIMITS", Limits(folder_files=2))
    added = import_source(songs)
    assert added.files == ("a.mid",)
    reason = "the folder holds more files than the 2 that are read"
    assert added.refused[-1] == RefusedFile("My songs", reason, "divide it")
    assert load_collection("My songs").refused == added.refused


def test_leftovers_of_a_kill_are_deleted_after_a_day(songs: Path, collections_root: Path) -> None:
    for name, hours in ((".unfinished-new", 1), (".unfinished-old", 25)):
        (collections_root / name / "half").mkdir(parents=True)
        (collections_root / "other").mkdir(exist_ok=True)
        (collections_root / "other" / name).write_bytes(b"half")
        for path in (collections_root / name, collections_root / "other" / name):
            os.utime(path, times=(0, time.time() - 3600 * hours))
    import_source(songs, "mine")
    left = [path for path in paths_below(collections_root) if "unfinished" in path]
    assert left == [".unfinished-new", ".unfinished-new/half", "other/.unfinished-new"]


def test_more_zips_than_a_process_can_open_at_once(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    used = Path("/proc/self/fd")
    if not used.is_dir():
        pytest.skip("only Linux lists the open files of a process")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    folder = tmp_path / "zips"
    folder.mkdir()
    for number in range(60):
        data = midi(note(40 + number, 480))
        (folder / f"{number}.zip").write_bytes(zip_of({"a.mid": data}))
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(list(used.iterdir())) + 30, hard))
    try:
        assert len(import_source(folder).files) == 60
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/music/a b", "/music/a b"),
        ("  '/music/a b' ", "/music/a b"),
        ('"/music/it\'s"', "/music/it's"),
        ("file:///music/a%20b", "/music/a b"),
        ("~/music", "HOME/music"),
        ("'~/music'", "HOME/music"),
        ("~nobody-at-all/x", "~nobody-at-all/x"),
        ("'", "'"),
        ("", "."),
    ],
)
def test_pasted_paths(text: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/me")
    assert pasted_path(text) == Path(path.replace("HOME", "/me"))
