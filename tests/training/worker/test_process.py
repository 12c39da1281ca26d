"""One training a device at a time; what fails is said. The work is a test's own."""

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
from filelock import FileLock

from musicgen.training.run_folder.report import Reporter
from musicgen.training.run_folder.run import Run, create_run
from musicgen.training.settings import RunSettings, TrainSettings
from musicgen.training.worker import launch
from musicgen.training.worker.launch import NotNow
from musicgen.training.worker.process import WAIT, AlreadyTraining, place_in_queue, train_run


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    return tmp_path


def _run(name: str) -> Run:
    return create_run(RunSettings(name, "bach-chorales"))


def _until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


def _finish(run: Run) -> None:
    Reporter(run.folder, run.written_status()).tell(state="finished")


def test_second_training_waits_for_the_first() -> None:
    first, second = _run("first"), _run("second")
    go, order = threading.Event(), []

    def work(run: Run) -> None:
        order.append(run.name)
        assert go.wait(30)
        _finish(run)

    threads = [threading.Thread(target=train_run, args=(run, work)) for run in (first, second)]
    threads[0].start()
    _until(lambda: order == ["first"])
    threads[1].start()
    _until(lambda: "waits for 1" in second.status().message)
    assert second.status().state == "queued"
    go.set()
    for thread in threads:
        thread.join(30)
    assert order == ["first", "second"]
    assert second.status().state == "finished"


def test_two_cards_train_two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sees its own card alone; who wants both waits for both, and nobody overtakes."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setattr("musicgen.training.worker.process.card_ids", lambda: ["GPU-a", "GPU-b"])
    seen: dict[str, str] = {}
    go = {name: threading.Event() for name in ("first", "second", "third", "fourth")}

    def work(run: Run) -> None:
        seen[run.name] = os.environ["CUDA_VISIBLE_DEVICES"]
        Reporter(run.folder, run.written_status()).tell(state="running")
        assert go[run.name].wait(30)
        _finish(run)

    threads = {}
    for name, devices in (("first", 1), ("second", 1), ("third", 0), ("fourth", 1)):
        run = create_run(RunSettings(name, "bach-chorales", train=TrainSettings(devices=devices)))
        threads[name] = threading.Thread(target=train_run, args=(run, work))
        threads[name].start()
        waits = name in ("third", "fourth")
        _until(lambda run=run, waits=waits: ("waits" in run.status().message) == waits)
        _until(lambda name=name, waits=waits: (name in seen) != waits)
    assert seen == {"first": "GPU-a", "second": "GPU-b"}
    go["first"].set()
    threads["first"].join(30)
    time.sleep(2 * WAIT)
    assert len(seen) == 2  # the fourth could, but the third came before it
    go["second"].set()
    _until(lambda: "third" in seen)
    go["third"].set()
    go["fourth"].set()
    for thread in threads.values():
        thread.join(30)
    assert seen["third"] == "GPU-a,GPU-b" and seen["fourth"] == "GPU-a"


def test_one_that_waits_and_is_silent_lets_others_go_first() -> None:
    halted, next_one = _run("halted"), _run("next")
    (halted.folder / "ticket").write_text("1.0")
    with FileLock(halted.folder / "lock"):  # its process is there
        Reporter(halted.folder, halted.written_status()).tell(state="queued")
        assert place_in_queue(next_one) == 1
        entry = json.loads((halted.folder / "status.json").read_text())
        (halted.folder / "status.json").write_text(json.dumps(entry | {"heartbeat": 1.0}))
        assert halted.status().state == "stalled"
        assert train_run(next_one, _finish) == "finished"


def test_waiting_training_can_be_cancelled() -> None:
    first, second = _run("first"), _run("second")
    begun, go = threading.Event(), threading.Event()

    def work(run: Run) -> None:
        begun.set()
        go.wait(30)

    thread = threading.Thread(target=train_run, args=(first, work))
    thread.start()
    assert begun.wait(30)  # alive alone it has no place in the queue yet
    states: list[str] = []
    other = threading.Thread(target=lambda: states.append(train_run(second, _finish)))
    other.start()
    _until(lambda: "waits" in second.status().message)
    launch.stop(second)
    other.join(30)
    go.set()
    thread.join(30)
    assert states == ["stopped"]
    assert second.status().message == "cancelled while it waited"


def test_two_processes_of_one_run() -> None:
    run = _run("mine")
    go = threading.Event()
    thread = threading.Thread(target=train_run, args=(run, lambda run: go.wait(60)))
    thread.start()
    _until(run.alive)
    with pytest.raises(NotNow, match="being trained already"):
        launch.resume(run)
    with pytest.raises(AlreadyTraining, match="another process"):
        train_run(run, _finish)
    go.set()
    thread.join(30)


class ResourceExhaustedError(Exception):
    """As TensorFlow names it."""


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (MemoryError(), "batch size of 16 in place of 32"),
        (ResourceExhaustedError("OOM when allocating"), "batch size of 16 in place of 32"),
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "the disk is full"),
        (ValueError("a reason\nand a page of details"), "a reason"),
    ],
)
def test_failures_in_words(problem: Exception, words: str) -> None:
    def work(run: Run) -> None:
        raise problem

    run = _run("mine")
    assert train_run(run, work) == "failed"
    assert run.status().state == "failed"
    assert words in run.status().message
    assert "details" not in run.status().message


def no_room(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


class FullLog(io.StringIO):
    """A log on a disk without room."""

    write = no_room  # type: ignore[assignment]


@pytest.mark.parametrize("when", ["as it begins", "while it trains"])
def test_a_full_disk_is_said_though_nothing_can_be_written(
    when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(run: Run) -> None:
        monkeypatch.setattr("tempfile.mkstemp", no_room)
        monkeypatch.setattr("sys.stderr", FullLog())
        Reporter(run.folder, run.written_status()).tell(epoch=3)

    run = _run("mine")
    if when == "as it begins":
        monkeypatch.setattr("tempfile.mkstemp", no_room)
    assert train_run(run, work) == "failed"
    status = Run(run.folder).written_status()
    assert (status.state, status.epoch) == ("failed", 0)
    assert status.message == "the disk is full: free some space, then resume"


def test_a_process_that_vanished_from_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    run = _run("mine")
    Reporter(run.folder, run.written_status()).tell(state="running")
    assert run.status().state == "interrupted"
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=4096))
    assert (run.status().state, run.status().message.split(":")[0]) == (
        "failed",
        "the disk is full",
    )


def test_a_line_that_was_cut_spoils_none_that_comes_after() -> None:
    run = _run("mine")
    Reporter(run.folder, run.written_status()).mend()  # before there is any
    (run.folder / "metrics.jsonl").write_text('{"step": 1}\n{"st')
    train_run(run, lambda run: Reporter(run.folder, run.written_status()).add(step=3))
    train_run(run, lambda run: Reporter(run.folder, run.written_status()).add(step=4))
    assert list(run.metrics()) == [{"step": 1}, {"step": 3}, {"step": 4}]


def test_only_what_is_trained_can_be_stopped() -> None:
    run = _run("mine")
    train_run(run, _finish)
    with pytest.raises(NotNow, match="not being trained"):
        launch.stop(run)
