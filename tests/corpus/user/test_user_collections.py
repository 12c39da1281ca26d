"""The user's collections: import, upload, rename and delete, always whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from musicgen.corpus.collection import RefusedFile
from musicgen.corpus.errors import CollectionError
from musicgen.corpus.load import load_collection
from musicgen.corpus.user.safe_names import collection_name, safe_path
from musicgen.corpus.user.user_collections import (
    UserCollection,
    add_files,
    collections_from,
    delete,
    import_source,
    own_collections,
    rename,
)
from musicgen.errors import Cancelled
from musicgen.paths import BadName
from tests.corpus.own_songs import ONE, THREE, TWO, paths_below, zip_of
from tests.helpers.locations import ROOT

pytestmark = pytest.mark.usefixtures("collections_root")


def names() -> list[str]:
    return [collection.name for collection in own_collections()]


def test_a_folder_is_imported_as_a_collection(songs: Path, collections_root: Path) -> None:
    added = import_source(songs)
    assert added.name == "My songs"
    assert added.files == ("a.mid", "old/b.mid")
    assert added.same == (("old/copy of a.mid", "a.mid"),)
    assert [(file.file, file.reason) for file in added.refused] == [
        ("cover.jpg", "'.jpg' files are not read")
    ]
    folder = collections_root / "My songs"
    assert own_collections() == (UserCollection("My songs", folder, 2, len(ONE) + len(TWO)),)
    record = "My songs/.imports.json"
    files = ["My songs/a.mid", "My songs/old", "My songs/old/b.mid"]
    assert paths_below(collections_root) == ["My songs", record, *files]
    collection = load_collection("My songs")
    assert [file.file for file in collection.files] == ["a.mid", "old/b.mid"]


@pytest.mark.parametrize("is_upload", [True, False])
def test_a_zip_within_a_zip_is_named_and_not_unpacked(tmp_path: Path, is_upload: bool) -> None:
    inner = zip_of({"deep/deepest.zip": zip_of({"b.mid": TWO}), "c.mid": THREE})
    outer = zip_of({"a.mid": ONE, "Album.ZIP": inner, "more/old.zip": b"no zip at all"})
    path = tmp_path / "all.zip"
    path.write_bytes(outer)
    added = add_files("songs", [(path.name, outer)]) if is_upload else import_source(path, "songs")
    prefix = "all.zip/" if is_upload else ""
    assert added.files == (f"{prefix}a.mid",)
    reason, remedy = "it is a zip inside a zip", "unpack it first"
    assert added.refused == (
        RefusedFile(f"{prefix}Album.ZIP", reason, remedy),
        RefusedFile(f"{prefix}more/old.zip", reason, remedy),
    )


def test_an_import_takes_a_free_name_and_refuses_a_taken_one(songs: Path) -> None:
    assert [import_source(songs).name for _ in range(3)] == [
        "My songs",
        "My songs (2)",
        "My songs (3)",
    ]
    with pytest.raises(CollectionError, match="'My songs' already"):
        import_source(songs, "My songs")
    with pytest.raises(CollectionError, match="'bach-chorales' already"):
        import_source(songs, "bach-chorales")
    with pytest.raises(BadName):
        import_source(songs, "../elsewhere")
    with pytest.raises(CollectionError, match="is not a folder"):
        import_source(songs / "nothing")


def test_a_cancelled_import_keeps_copied_files(songs: Path, collections_root: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 1:
            raise Cancelled

    assert import_source(songs, "half", stop).files == ("a.mid",)
    assert paths_below(collections_root) == ["half", "half/.imports.json", "half/a.mid"]


def test_a_failed_import_leaves_nothing(songs: Path, collections_root: Path) -> None:
    def fail(done: int, total: int) -> None:
        raise RuntimeError("failure")

    with pytest.raises(RuntimeError):
        import_source(songs, "all or nothing", fail)
    assert paths_below(collections_root) == []


def _killed_upload(name: str) -> None:
    """Upload two files in a process that is killed after the first."""
    code = (
        "import os\n"
        "from musicgen.corpus.user.user_collections import add_files\n"
        "from tests.corpus.own_songs import THREE, TWO\n"
        "files = [('b.mid', TWO), ('c.mid', THREE)]\n"
        f"add_files({name!r}, files, lambda done, total: os._exit(9))"
    )
    process = subprocess.run([sys.executable, "-c", code], cwd=ROOT)
    assert process.returncode == 9


def test_a_killed_upload_leaves_no_collection(collections_root: Path) -> None:
    _killed_upload("mine")
    assert own_collections() == ()
    assert add_files("mine", [("a.mid", ONE)]).files == ("a.mid",)


def test_a_killed_upload_leaves_a_collection_as_it_was(collections_root: Path) -> None:
    add_files("mine", [("a.mid", ONE)])
    _killed_upload("mine")
    assert paths_below(collections_root / "mine") == ["a.mid"]
    assert [collection.files for collection in own_collections()] == [1]


ADDING = """
import os, sys
from pathlib import Path
from musicgen.corpus.user.user_collections import add_source
moves = 0

def replace_until_killed(path, target, move=Path.replace):
    global moves
    moves += 1
    if moves > int(sys.argv[2]):
        os._exit(9)
    return move(path, target)

Path.replace = replace_until_killed
add_source("mine", Path(sys.argv[1]))
"""


def test_a_kill_while_files_are_moved_leaves_all_of_an_addition_or_none(
    songs: Path, collections_root: Path
) -> None:
    """Killed before the first move, before the second one, and so on, until it is complete."""
    states = []
    for moves in range(10):
        add_files("mine", [("a.mid", THREE)])
        command = [sys.executable, "-c", ADDING, str(songs), str(moves)]
        status = subprocess.run(command, cwd=ROOT).returncode
        [collection] = own_collections()
        states.append(collection.files)
        recorded = collections_from(songs) == ("mine",)
        assert (collection.files, recorded) in ((1, False), (3, True))
        assert not (collections_root / "mine/.addition").exists()
        delete("mine")
        if status == 0:
            break
        assert status == 9
    assert states == sorted(states)
    assert states.count(1) >= 1 and states.count(3) >= 4  # killed at three moves, and complete


def test_a_name_that_is_taken_during_an_upload_gets_a_number(collections_root: Path) -> None:
    add_files("mine", [("a.mid", ONE)])

    def write_other(done: int, total: int) -> None:
        (collections_root / "mine" / "b.mid").write_bytes(THREE)

    assert add_files("mine", [("b.mid", TWO)], write_other).files == ("b (2).mid",)
    assert (collections_root / "mine" / "b.mid").read_bytes() == THREE
    assert (collections_root / "mine" / "b (2).mid").read_bytes() == TWO


def test_files_with_equal_bytes_are_copied_once(collections_root: Path) -> None:
    first = add_files("mine", [("a.mid", ONE), ("b.mid", ONE), ("a.mid", TWO)])
    assert first.files == ("a.mid", "a (2).mid")
    assert first.same == (("b.mid", "a.mid"),)
    second = add_files("mine", [("c.mid", TWO), ("a.mid", THREE), ("x.exe", b"MZ")])
    assert second.files == ("a (3).mid",)
    assert second.same == (("c.mid", "a (2).mid"),)
    assert [file.file for file in second.refused] == ["x.exe"]
    assert (collections_root / "mine" / "a (3).mid").read_bytes() == THREE
    assert len(load_collection("mine")) == 3


def test_an_unreadable_file_is_copied_and_refused_on_loading() -> None:
    assert add_files("mine", [("a.mid", b"a letter")]).files == ("a.mid",)
    assert load_collection("mine").refused == (
        RefusedFile("a.mid", "it is not a MIDI file, whatever its name says"),
    )


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("song.mid", "song.mid"),
        ("../../etc/song.mid", "etc/song.mid"),
        ("/abs/song.mid", "abs/song.mid"),
        ("C:\\music\\song.mid", "C:/music/song.mid"),
        ("..\\..\\song.mid", "song.mid"),
        ('it\'s "é" 🎵.mid', 'it\'s "é" 🎵.mid'),
        ("new\nline\0.mid", "new_line_.mid"),
        (".hidden.mid", "hidden.mid"),
        ("", "unnamed"),
        ("../..", "unnamed"),
        ("x" * 300 + ".mid", "x" * 196 + ".mid"),
        ("é" * 300 + ".mid", "é" * 98 + ".mid"),
    ],
)
def test_names_of_uploads_stay_below_the_collection(
    name: str, safe: str, collections_root: Path
) -> None:
    assert safe_path(name).as_posix() == safe
    if safe.endswith(".mid"):
        added = add_files("mine", [(name, ONE)])
        assert added.files == (safe,)
        assert (collections_root / "mine" / safe).read_bytes() == ONE


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My songs", "My songs"),
        ("...", "collection"),
        ("Ünïcode/🎵", "Ünïcode"),
        ("U\u0308bungen (2)", "Übungen (2)"),
        ("🎻 Скрипка: дуэты", "Скрипка дуэты"),
        ("古琴曲" * 30, ("古琴曲" * 30)[:56]),
        ("x" * 99, "x" * 56),
        ("", "collection"),
    ],
)
def test_names_of_imported_folders(text: str, name: str) -> None:
    assert collection_name(text) == name


def test_rename_and_delete(songs: Path, collections_root: Path) -> None:
    import_source(songs, "one")
    import_source(songs, "two")
    assert rename("one", "cafe\u0301") == "caf\u00e9"
    assert names() == ["caf\u00e9", "two"]
    assert rename("cafe\u0301", "three") == "three"
    assert names() == ["three", "two"]
    assert rename("two", "two") == "two"
    for taken in ("three", "ryans-mammoth"):
        with pytest.raises(CollectionError, match="already"):
            rename("two", taken)
    with pytest.raises(BadName):
        rename("two", "a/b")
    with pytest.raises(CollectionError, match="no collection 'one' of yours"):
        delete("one")
    with pytest.raises(BadName):
        delete("../home")
    delete("two")
    assert names() == ["three"]
    assert [path.name for path in collections_root.iterdir()] == ["three"]


def test_other_files_and_folders_are_not_listed(songs: Path, collections_root: Path) -> None:
    assert own_collections() == ()
    import_source(songs, "good")
    (collections_root / "a file").write_bytes(b"")
    (collections_root / ".unfinished-1").mkdir()
    (collections_root / "bad:name").mkdir()
    (collections_root / "broken link").symlink_to(collections_root / "nowhere")
    (collections_root / "holds a broken link").mkdir()
    (collections_root / "holds a broken link" / "a.mid").symlink_to(collections_root / "nowhere")
    (collections_root / "empty").mkdir()
    assert "good" in names() and "empty" in names()
    assert not {"a file", ".unfinished-1", "bad:name", "broken link"} & set(names())
    for name in names():
        load_collection(name)
    assert [file.file for file in load_collection("holds a broken link").refused] == ["a.mid"]


def test_deleting_a_link_does_not_delete_its_target(songs: Path, collections_root: Path) -> None:
    collections_root.mkdir(parents=True)
    (collections_root / "linked").symlink_to(songs, target_is_directory=True)
    delete("linked")
    assert names() == []
    assert (songs / "a.mid").read_bytes() == ONE
