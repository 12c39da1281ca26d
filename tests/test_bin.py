"""Deleted collections, runs and pieces can be restored for 30 days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from musicgen import bin as deleted
from musicgen.bin import KEEP_DAYS, RUNS, NotRestored, empty_bin, list_bin, move_to_bin, restore

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    return tmp_path


def folder(name: str, text: str = "") -> Path:
    path = deleted.home() / RUNS / name
    path.mkdir(parents=True)
    (path / "file").write_text(text)
    return path


def test_what_was_deleted_is_restored_as_it_was():
    path = folder("mine", "music")
    move_to_bin(path, RUNS)
    assert not path.exists()
    (item,) = list_bin(RUNS)
    assert (item.name, item.kept_until - item.deleted) == ("mine", timedelta(days=30))
    restore(item)
    assert (path / "file").read_text() == "music"
    assert list_bin(RUNS) == []
    with pytest.raises(NotRestored, match="not in the bin any more"):
        move_to_bin(path, RUNS)
        restore(item)


def test_two_of_one_name_are_kept_apart():
    for text in ("first", "second"):
        move_to_bin(folder("mine", text), RUNS)
    texts = {(item.folder / "file").read_text(): item for item in list_bin(RUNS)}
    restore(texts["first"])
    with pytest.raises(NotRestored, match="another 'mine' now"):
        restore(texts["second"])
    assert (deleted.home() / RUNS / "mine" / "file").read_text() == "first"
    assert [item.folder for item in list_bin(RUNS)] == [texts["second"].folder]


def test_the_bin_is_emptied_after_30_days():
    move_to_bin(folder("old"), RUNS, NOW - timedelta(days=KEEP_DAYS - 1))
    assert [item.name for item in list_bin(RUNS)] == ["old"]
    empty_bin(RUNS, NOW + timedelta(days=2))
    assert list_bin(RUNS) == []
    move_to_bin(folder("older"), RUNS, NOW - timedelta(days=KEEP_DAYS + 1))
    assert list_bin(RUNS) == []
    assert list((deleted.home() / "bin" / RUNS).iterdir()) == []


def test_everything_can_be_deleted_for_good_and_what_is_no_entry_stays(home: Path):
    move_to_bin(folder("mine"), RUNS)
    (home / "bin" / RUNS / "a note").write_text("")
    (home / "bin" / RUNS / ".emptied-20200101-000000-killed").mkdir()
    assert [item.name for item in list_bin(RUNS)] == ["mine"]
    empty_bin(RUNS, everything=True)
    assert [path.name for path in (home / "bin" / RUNS).iterdir()] == ["a note"]


def test_a_link_is_deleted_and_not_what_it_leads_to(home: Path):
    elsewhere = folder("elsewhere", "music")
    (home / RUNS / "link").symlink_to(elsewhere, target_is_directory=True)
    move_to_bin(home / RUNS / "link", RUNS)
    empty_bin(RUNS, everything=True)
    assert (elsewhere / "file").read_text() == "music"


def test_another_disk_has_a_bin_of_its_own(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(deleted, "_is_beside", lambda folder: False)
    path = folder("mine", "music")
    move_to_bin(path, RUNS)
    assert not (home / "bin").exists()
    restore(list_bin(RUNS)[0])
    assert (path / "file").read_text() == "music"


def test_what_is_not_there_leaves_no_entry(home: Path):
    (home / RUNS).mkdir()
    with pytest.raises(FileNotFoundError):
        move_to_bin(home / RUNS / "nobody", RUNS)
    assert list((home / "bin" / RUNS).iterdir()) == []
