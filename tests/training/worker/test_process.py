"""The training process: its queue, its locks, and the state that it ends in.

The training itself is replaced by functions of the tests.
"""

import errno
import io
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from musicgen.training.data.prepare import TooLittleMusic
from musicgen.training.failures import DISK_FULL, INVALID_INPUT, UNEXPECTED
from musicgen.training.run_folder.registry import create_run
from musicgen.training.run_folder.reporter import Reporter
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings, TrainSettings
from musicgen.training.worker import launch
from musicgen.training.worker.launch import InvalidRunState
from musicgen.training.worker.process import (
    AlreadyTraining,
    place_in_queue,
    train_run,
)
from tests.helpers.example_runs import make_alive, run_that_is

POLL_SECONDS = 0.05  # of the queue
DISK_IS_FULL = "the disk is full: free some space, then resume"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    monkeypatch.setattr("musicgen.training.worker.process.QUEUE_POLL_SECONDS", POLL_SECONDS)
    return tmp_path


def _run(name: str) -> Run:
    return create_run(RunSettings(name, "bach-chorales"))


def _wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition was not met in time"
        time.sleep(0.05)


def _finish(run: Run, reporter: Reporter) -> None:
    reporter.write(state="finished", message="")


def test_second_training_waits_for_the_first() -> None:
    first, second = _run("first"), _run("second")
    proceed, order = threading.Event(), []

    def work(run: Run, reporter: Reporter) -> None:
        order.append(run.name)
        assert proceed.wait(30)
        _finish(run, reporter)

    threads = [threading.Thread(target=train_run, args=(run, work)) for run in (first, second)]
    threads[0].start()
    _wait_until(lambda: order == ["first"])
    threads[1].start()
    _wait_until(lambda: "waits for 1" in second.status().message)
    assert second.status().state == "queued"
    proceed.set()
    for thread in threads:
        thread.join(30)
    assert order == ["first", "second"]
    assert second.status().state == "finished"


def test_two_gpus_train_two_runs_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run sees its own GPU; one that wants both waits for both, and no run overtakes it."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setattr("musicgen.training.worker.process.gpu_ids", lambda: ["GPU-a", "GPU-b"])
    visible: dict[str, str] = {}
    proceed = {name: threading.Event() for name in ("first", "second", "third", "fourth")}

    def work(run: Run, reporter: Reporter) -> None:
        visible[run.name] = os.environ["CUDA_VISIBLE_DEVICES"]
        reporter.write(state="running")
        assert proceed[run.name].wait(30)
        _finish(run, reporter)

    threads = {}
    for name, devices in (("first", 1), ("second", 1), ("third", 0), ("fourth", 1)):
        run = create_run(RunSettings(name, "bach-chorales", train=TrainSettings(devices=devices)))
        threads[name] = threading.Thread(target=train_run, args=(run, work))
        threads[name].start()
        waits = name in ("third", "fourth")
        _wait_until(lambda run=run, waits=waits: ("waits" in run.status().message) == waits)
        _wait_until(lambda name=name, waits=waits: (name in visible) != waits)
    assert visible == {"first": "GPU-a", "second": "GPU-b"}
    proceed["first"].set()
    threads["first"].join(30)
    time.sleep(4 * POLL_SECONDS)
    assert len(visible) == 2  # a GPU is free for the fourth, but the third came first
    proceed["second"].set()
    _wait_until(lambda: "third" in visible)
    proceed["third"].set()
    proceed["fourth"].set()
    for thread in threads.values():
        thread.join(30)
    assert visible["third"] == "GPU-a,GPU-b" and visible["fourth"] == "GPU-a"


def test_a_silent_run_in_the_queue_lets_others_go_first() -> None:
    suspended, next_one = run_that_is("queued", "suspended"), _run("next")
    (suspended.folder / "ticket").write_text("1.0")
    make_alive(suspended)
    assert place_in_queue(next_one) == 1
    make_alive(suspended, heartbeat=1.0)
    assert suspended.status().state == "stalled"
    assert train_run(next_one, _finish) == "finished"


def test_waiting_training_can_be_cancelled() -> None:
    first, second = _run("first"), _run("second")
    started, proceed = threading.Event(), threading.Event()

    def work(run: Run, reporter: Reporter) -> None:
        started.set()
        proceed.wait(30)

    thread = threading.Thread(target=train_run, args=(first, work))
    thread.start()
    assert started.wait(30)
    states: list[str] = []
    other = threading.Thread(target=lambda: states.append(train_run(second, _finish)))
    other.start()
    _wait_until(lambda: "waits" in second.status().message)
    launch.stop(second)
    other.join(30)
    proceed.set()
    thread.join(30)
    assert states == ["stopped"]
    assert second.status().message == "cancelled while it waited"


def test_one_run_is_trained_by_one_process() -> None:
    run = _run("mine")
    proceed = threading.Event()
    thread = threading.Thread(target=train_run, args=(run, lambda *_: proceed.wait(60)))
    thread.start()
    _wait_until(run.alive)
    with pytest.raises(InvalidRunState, match="being trained already"):
        launch.resume(run)
    with pytest.raises(AlreadyTraining, match="another process"):
        train_run(run, _finish)
    proceed.set()
    thread.join(30)


@pytest.mark.parametrize(
    ("problem", "failure", "traceback"),
    [
        (TooLittleMusic("too little music"), INVALID_INPUT, False),
        (ValueError("a reason\nand a page of details"), UNEXPECTED, True),
    ],
)
def test_the_traceback_of_a_bug_is_in_the_log(
    capsys: pytest.CaptureFixture[str], problem: Exception, failure: str, traceback: bool
) -> None:
    def work(run: Run, reporter: Reporter) -> None:
        raise problem

    run = _run("mine")
    assert train_run(run, work) == "failed"
    assert (run.status().state, run.status().failure) == ("failed", failure)
    assert run.status().message == str(problem).split("\n")[0]
    assert ("Traceback" in capsys.readouterr().err) == traceback


def _raise_disk_full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


class FullLog(io.StringIO):
    """A log on a full disk."""

    write = _raise_disk_full  # type: ignore[assignment]


@pytest.mark.parametrize("when", ["at the start", "in the training"])
def test_a_full_disk_is_reported_though_no_file_can_be_created(
    when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(run: Run, reporter: Reporter) -> None:
        monkeypatch.setattr("tempfile.mkstemp", _raise_disk_full)
        monkeypatch.setattr("sys.stderr", FullLog())
        reporter.write(epoch=3)

    run = _run("mine")
    if when == "at the start":
        monkeypatch.setattr("tempfile.mkstemp", _raise_disk_full)
    assert train_run(run, work) == "failed"
    status = run.stored_status()
    assert (status.state, status.failure, status.message) == ("failed", DISK_FULL, DISK_IS_FULL)
    assert status.epoch == 0  # the change that was never written is discarded


def test_a_process_that_ended_on_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_that_is("running")
    assert run.status().state == "interrupted"
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=4096))
    assert (run.status().state, run.status().message) == ("failed", DISK_IS_FULL)


def test_lines_after_a_cut_line_are_read() -> None:
    run = _run("mine")
    Reporter(run).repair_metrics()  # where there is no file yet
    (run.folder / "metrics.jsonl").write_text('{"step": 1}\n{"st')
    train_run(run, lambda run, reporter: reporter.add_metrics(step=3))
    train_run(run, lambda run, reporter: reporter.add_metrics(step=4))
    assert list(run.metrics()) == [{"step": 1}, {"step": 3}, {"step": 4}]


def test_only_a_running_training_can_be_stopped() -> None:
    run = _run("mine")
    train_run(run, _finish)
    with pytest.raises(InvalidRunState, match="not being trained"):
        launch.stop(run)


def test_a_run_whose_settings_are_damaged_fails() -> None:
    run = _run("mine")
    (run.folder / "run.json").write_text(json.dumps({"name": []}))
    assert train_run(run, _finish) == "failed"
    assert "cannot be read" in run.status().message
