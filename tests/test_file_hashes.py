"""Hashes of files: damage is found, folders of earlier versions are read unchecked."""

import json
import os
from pathlib import Path

import pytest

from musicgen.file_hashes import FILE, DamagedFile, check_files, write_hashes, write_listed


def test_a_changed_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"music")
    (tmp_path / "b").write_bytes(b"more")
    write_hashes(tmp_path, ["a", "b"])
    check_files(tmp_path, ["a", "b", "never listed"])
    (tmp_path / "a").write_bytes(b"noise")
    check_files(tmp_path, ["b"])
    with pytest.raises(DamagedFile, match="a is damaged: it is not as it was saved"):
        check_files(tmp_path, ["a", "b"])
    (tmp_path / "b").unlink()
    with pytest.raises(DamagedFile, match="b cannot be read"):
        check_files(tmp_path, ["b"])


def test_a_damaged_list_is_named(tmp_path: Path) -> None:
    check_files(tmp_path, ["a"])
    (tmp_path / FILE).write_text('{"sha256": {"a": []}}')
    with pytest.raises(DamagedFile, match=r"sha256\.json cannot be read"):
        check_files(tmp_path, ["a"])


@pytest.mark.parametrize("name", ["../outside.json", "/etc/hostname", "", ".", "..", "x" * 101])
def test_a_list_names_files_of_its_own_folder_only(tmp_path: Path, name: str) -> None:
    (tmp_path / FILE).write_text(json.dumps({"sha256": {name: "0" * 64}}))
    with pytest.raises(DamagedFile, match=r"sha256\.json cannot be read"):
        check_files(tmp_path, [name])


def test_a_kill_while_a_file_is_replaced_leaves_no_wrong_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_listed(tmp_path, "a", b"first")
    replace, calls = os.fsync, []

    def die_at_the_end(handle: int) -> None:
        calls.append(handle)
        if len(calls) > 4:  # the list, its folder, the file, its folder; not the list again
            raise KeyboardInterrupt
        replace(handle)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "fsync", die_at_the_end)
        write_listed(tmp_path, "a", b"second")
    assert (tmp_path / "a").read_bytes() == b"second"
    check_files(tmp_path, ["a"])
