"""Pipes, devices and folders in place of files of the workspace; disks that are full."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from musicgen.corpus.collection import RefusedFile
from musicgen.corpus.score_cache import load_cache, save_cache
from musicgen.errors import InvalidSetting
from musicgen.file_hashes import DamagedFile, sha256_of
from musicgen.files import DISK_FULL, message_of, open_file, open_to_append, read_file
from musicgen.json_files import InvalidJson, read_json
from musicgen.models.checkpoints.seal import FILE as SEAL
from musicgen.models.checkpoints.seal import is_sealed
from musicgen.models.checkpoints.weights_file import BadWeights, read_header
from musicgen.training.run_folder.keras_export import checkpoint_identity
from musicgen.training.run_folder.metrics import Metrics
from musicgen.training.run_folder.run import Run
from musicgen.training.worker.process import place_in_queue

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")


@pytest.fixture(params=["pipe", "device", "folder"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder in which every name of a workspace's file is no file."""
    for name in ("status.json", "metrics.jsonl", "log.txt", "ticket", "weights.safetensors", SEAL):
        path = tmp_path / name
        if request.param == "pipe":
            os.mkfifo(path)
        elif request.param == "device":
            path.symlink_to("/dev/zero")
        else:
            path.mkdir()
    return tmp_path


def test_none_of_them_is_read_without_end(place: Path) -> None:
    for name in ("status.json", "log.txt"):
        with pytest.raises(OSError, match="not a file"):
            open_file(place / name)
    with pytest.raises(InvalidJson, match="not a file"):
        read_json(place / "status.json", dict)
    with pytest.raises(DamagedFile, match="not a file"):
        sha256_of(place / "log.txt")
    with pytest.raises(BadWeights, match="not a file"):
        read_header(place / "weights.safetensors")
    run = Run(place)
    assert run.status().state == "interrupted"
    assert (run.log_tail(), [*run.metrics()], len(Metrics(run).update().steps)) == ("", [], 0)
    assert not is_sealed(place, {}, {})
    assert place_in_queue(run) == 0


def test_none_of_them_is_appended_to(place: Path) -> None:
    with pytest.raises(OSError, match=r"not a file|a directory|No such device"):
        open_to_append(place / "log.txt")


def test_a_file_is_appended_to(tmp_path: Path) -> None:
    for data in (b"one", b"two"):
        with open_to_append(tmp_path / "log.txt") as file:
            file.write(data)
    assert (tmp_path / "log.txt").read_bytes() == b"onetwo"


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"music")
    assert read_file(tmp_path / "a") == b"music"


def test_messages_name_no_number_and_no_path_of_a_shared_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/home/me/x")
    denied = PermissionError(errno.EACCES, "Permission denied", "/home/me/x")
    monkeypatch.setenv("MUSICGEN_SHARED", "0")
    assert message_of(full) == DISK_FULL
    assert message_of(denied) == "'/home/me/x': Permission denied"
    monkeypatch.setenv("MUSICGEN_SHARED", "1")
    assert message_of(denied) == "Permission denied"
    assert message_of(InvalidSetting("a\nb")) == "a b"


def test_a_cache_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    save_cache(tmp_path, {("a.mid", "1"): RefusedFile("a.mid", "it is empty")})
    assert list((tmp_path / "cache" / "scores").iterdir()) == []
    monkeypatch.undo()
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    save_cache(tmp_path, {("a.mid", "1"): RefusedFile("a.mid", "it is empty")})
    assert load_cache(tmp_path) == {("a.mid", "1"): RefusedFile("a.mid", "it is empty")}


def test_a_checkpoint_without_its_config_has_an_identity(tmp_path: Path) -> None:
    (tmp_path / "checkpoints" / "epoch-0001").mkdir(parents=True)
    (tmp_path / "checkpoints" / "best.json").write_text('{"checkpoint": "epoch-0001"}')
    folder = str(tmp_path / "checkpoints" / "epoch-0001")
    assert checkpoint_identity(Run(tmp_path)) == (folder, 0, 0)
