"""Atomic writing of files and folders."""

import json
import os
from pathlib import Path

import pytest

from musicgen.files import new_folder, open_file, write_bytes, write_json


def test_write_json_replaces_a_file_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    write_json(path, {"epoch": 1})
    write_json(path, {"epoch": 2})
    assert json.loads(path.read_text()) == {"epoch": 2}
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_bytes(path, b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_bytes(path, b"new and longer")
    assert path.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    with pytest.raises(ValueError):
        write_json(path, {"loss": float("nan")})
    assert path.read_bytes() == b"old"


def test_a_new_folder_appears_when_it_is_complete(tmp_path: Path) -> None:
    with new_folder(tmp_path / "a" / "b") as new:
        (new / "x").write_text("1")
        (new / "inner").mkdir()
        (new / "inner" / "y").write_text("2")
        assert not (tmp_path / "a" / "b").exists()
    assert (tmp_path / "a" / "b" / "inner" / "y").read_text() == "2"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_a_failed_new_folder_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), new_folder(tmp_path / "b") as new:
        (new / "x").write_text("1")
        raise RuntimeError("killed")
    assert list(tmp_path.iterdir()) == []


def test_a_new_folder_replaces_nothing(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    with pytest.raises(FileExistsError), new_folder(tmp_path / "b"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "n" * 5000])
def test_a_name_that_no_file_can_have_is_a_file_that_cannot_be_read(
    name: str, tmp_path: Path
) -> None:
    with pytest.raises(OSError):
        open_file(tmp_path / name)
