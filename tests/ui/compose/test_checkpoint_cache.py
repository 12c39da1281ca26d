"""Loaded checkpoints are reused while their files are the same, and released when they are not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from musicgen.models.checkpoints.checkpoint import BadCheckpoint
from musicgen.ui.compose.checkpoint_cache import CheckpointCache
from tests.helpers.tiny_music import tiny_pieces
from tests.helpers.tiny_runs import write_run

CHECKPOINTS = ("epoch-0001", "epoch-0002", "epoch-0003")


@pytest.fixture()
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Checkpoint folders of one run."""
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    run = write_run(tmp_path / "runs", checkpoints=CHECKPOINTS)
    return [run / "checkpoints" / name for name in CHECKPOINTS]


def test_a_training_that_writes_its_status_reopens_nothing(folders):
    cache, run = CheckpointCache(max_open=2), folders[0].parents[1]
    loaded = cache.get(folders[0])
    for name in ("status.json", "metrics.jsonl", "log.txt"):
        (run / name).write_text("{}")
        os.utime(run / name, (2e9, 2e9))
    assert cache.get(folders[0]) is loaded


def test_a_temporary_file_that_disappears_is_no_error(folders):
    # A dangling link is listed and has no stat, as a file that is deleted in between.
    (folders[0] / "weights.tmp").symlink_to("nowhere")
    (folders[0].parents[1] / "status.json.tmp").symlink_to("nowhere")
    assert CheckpointCache(max_open=2).get(folders[0]).checkpoint.folder == folders[0]


def test_few_checkpoints_stay_open_and_the_least_recently_used_is_released(folders):
    cache = CheckpointCache(max_open=2)
    first, second = cache.get(folders[0]), cache.get(folders[1])
    assert cache.get(folders[0]) is first
    cache.get(folders[2])
    assert len(cache) == 2
    assert cache.get(folders[0]) is first
    assert cache.get(folders[1]) is not second


def test_a_checkpoint_that_was_deleted_is_released(folders):
    cache = CheckpointCache(max_open=3)
    cache.get(folders[0])
    shutil.rmtree(folders[0])
    cache.get(folders[1])
    assert len(cache) == 1
    with pytest.raises(BadCheckpoint):
        cache.get(folders[0])


def test_a_checkpoint_that_was_replaced_is_loaded_again(folders):
    cache = CheckpointCache(max_open=3)
    loaded = cache.get(folders[0])
    shutil.rmtree(folders[0])
    shutil.copytree(folders[1], folders[0])
    assert cache.get(folders[0]) is not loaded
    assert len(cache) == 1


def test_a_profile_that_is_written_later_is_read(folders, tmp_path):
    cache = CheckpointCache(max_open=3)
    assert not cache.get(folders[0]).profile.percentiles
    other = write_run(tmp_path / "others", training=tiny_pieces())
    for name in ("originality.npz", "reference.json", "habits.json"):
        shutil.copy(other / name, folders[0].parents[1] / name)
    assert cache.get(folders[0]).profile.percentiles
