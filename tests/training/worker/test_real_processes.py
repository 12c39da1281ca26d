"""Training processes: the queue, a kill, a diverged loss, a collection that is gone."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from musicgen.models.checkpoints.checkpoint import open_checkpoint
from musicgen.models.checkpoints.step_graphs import seal_changed_graphs
from musicgen.models.settings import LstmSettings
from musicgen.training.failures import DIVERGED
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings, TrainSettings
from musicgen.training.worker import launch
from musicgen.training.worker.process import place_in_queue
from tests.helpers.tiny_music import write_folder

pytestmark = pytest.mark.slow


def _settings(name: str, source: Path, start_from: Path | None = None) -> RunSettings:
    train = TrainSettings(epochs=10_000, batch_size=4, length=16, patience=0)
    begin = str(start_from) if start_from else ""
    return RunSettings(name, str(source), "notes", LstmSettings(8, 1), train, begin)


def _wait_until(condition: Callable[[], bool], *runs: Run, seconds: float = 180.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, [(run.name, run.status(), run.log_tail()) for run in runs]
        time.sleep(0.05)


def _copy_with_huge_weights(checkpoint: Path, folder: Path) -> None:
    """Copy a checkpoint with all weights so large that sums of them are infinite."""
    shutil.copytree(checkpoint, folder)
    weights = load_file(folder / "weights.safetensors")
    huge = {name: np.full_like(value, 3e38) for name, value in weights.items()}
    save_file(huge, folder / "weights.safetensors")
    seal_changed_graphs(open_checkpoint(folder))


def _second_in_the_queue(first: Run, source: Path, start_from: Path) -> Run:
    """Let two runs wait for the first, in order; cancel the one ahead: the other moves up."""
    third = launch.start(_settings("third", source))
    _wait_until(lambda: "waits for 1" in third.status().message, third)
    second = launch.start(_settings("second", source, start_from))
    _wait_until(lambda: "waits for 2" in second.status().message, second)
    assert [run.status().state for run in (third, second)] == ["queued", "queued"]
    assert [place_in_queue(run) for run in (first, third, second)] == [0, 1, 2]
    launch.stop(third)
    _wait_until(lambda: third.status().state == "stopped", third)
    assert third.status().message == "cancelled while it waited"
    _wait_until(lambda: "waits for 1" in second.status().message, second)
    return second


def _kill(run: Run) -> int:
    """Kill the process of a run; returns the epoch that it has reached."""
    os.kill(run.status().pid, signal.SIGKILL)
    _wait_until(lambda: not run.alive(), run)
    assert run.status().state == "interrupted"
    epoch = run.status().epoch
    assert (run.checkpoint("latest") / "optimizer.safetensors").is_file()
    return epoch


def test_queue_kill_and_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))
    tunes, others = write_folder(tmp_path / "tunes"), write_folder(tmp_path / "others")
    broken = tmp_path / "broken"  # written before the turn of the run that starts from it
    first = launch.start(_settings("first", tunes))
    request.addfinalizer((first.folder / "stop").touch)
    _wait_until(lambda: first.status().epoch >= 2, first)

    second = _second_in_the_queue(first, others, broken)

    # The first run has read its collection and does not need the files any more.
    tunes.rename(tmp_path / "moved")
    step = first.status().step
    _wait_until(lambda: first.status().step > step + 10, first)
    assert first.status().state == "running"
    assert second.status().state == "queued"  # meanwhile

    # The first process is killed; the second run starts, and its loss is NaN at once.
    epoch = _kill(first)
    _copy_with_huge_weights(first.checkpoint(), broken)
    _wait_until(lambda: second.status().state == "failed", second)
    assert second.status().failure == DIVERGED
    assert "lower learning rate" in second.status().message

    # To resume, the collection is needed; when it is back, the run goes on from its checkpoint.
    launch.change_settings(first, epochs=epoch + 2)
    launch.resume(first)
    _wait_until(lambda: first.status().state == "failed", first)
    assert f"the collection '{tunes}' is gone" in first.status().message
    assert first.checkpoint("latest").is_dir()
    (tmp_path / "moved").rename(tunes)
    launch.resume(first)
    _wait_until(lambda: first.status().state == "finished", first)
    assert first.status().epoch == epoch + 2
