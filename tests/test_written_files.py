"""Files that a person names: whole or not at all, and nothing but files is replaced."""

import errno
import os
import stat
from pathlib import Path

import pytest

from musicgen.files import write_output


def full(handle: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_links_are_followed_and_permissions_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_output(link, b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_new_file_has_the_permissions_of_any_file(tmp_path: Path) -> None:
    (tmp_path / "any").write_bytes(b"")
    write_output(tmp_path / "new", b"new")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "any").stat().st_mode


def test_a_device_is_written_to_and_stays_one() -> None:
    write_output(Path(os.devnull), b"new")
    assert Path(os.devnull).is_char_device()


def test_a_full_disk_leaves_the_old_file_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    for name in ("old", "new"):
        with pytest.raises(OSError, match="No space left"):
            write_output(tmp_path / name, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert (tmp_path / "old").read_bytes() == b"old"
