"""Files that commands read and write: devices, pipes, a full disk."""

import errno
import os
from pathlib import Path

import pytest

from musicgen.cli import main


@pytest.mark.parametrize("option", ["--like", "--primer"])
def test_devices_and_pipes_are_not_read(
    capsys: pytest.CaptureFixture[str], tiny: str, tmp_path: Path, option: str
) -> None:
    os.mkfifo(tmp_path / "pipe.mid")
    not_a_file, folder = "it is not a file", "it is a folder, where a file is wanted"
    for path, problem in (
        (tmp_path / "pipe.mid", not_a_file),
        (Path("/dev/zero"), not_a_file),
        (tmp_path, folder),
    ):
        out = tmp_path / "out.mid"
        assert main(["compose", tiny, "--out", str(out), option, str(path)]) == 2
        assert problem in capsys.readouterr().err
        assert not out.exists()


def test_a_full_disk_is_named_and_leaves_no_file(
    capsys: pytest.CaptureFixture[str],
    tiny: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert main(["compose", tiny, "--bars", "2", "--out", str(tmp_path / "out.mid")]) == 2
    assert "compose: the disk is full: free some space\n" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
