"""Status of a run: whether its process is alive, and files that cannot be read."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import (
    Status,
    is_process_alive,
    process_start,
    read_status,
)
from tests.helpers.example_runs import make_alive, run_that_is

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that waits until it is killed."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def _status_of(process: subprocess.Popen[bytes]) -> Status:
    started = process_start(process.pid) or 0.0
    return Status("running", pid=process.pid, process_started=started, heartbeat=time.time())


def test_a_process_is_alive_until_it_is_killed(process: subprocess.Popen[bytes]) -> None:
    status = _status_of(process)
    assert is_process_alive(status)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it stays a zombie
    assert not is_process_alive(status)
    process.wait()
    assert not is_process_alive(status)


def test_another_process_with_the_same_pid_is_not_alive(process: subprocess.Popen[bytes]) -> None:
    status = _status_of(process)
    assert not is_process_alive(replace(status, process_started=status.process_started - 60))


def test_a_status_of_an_earlier_version_has_no_start_time(
    process: subprocess.Popen[bytes],
) -> None:
    status = replace(_status_of(process), process_started=0.0)
    assert is_process_alive(status)
    # This process began after the heartbeat: it has the pid of one that has ended.
    assert not is_process_alive(replace(status, heartbeat=time.time() - 3600))


@pytest.mark.parametrize("pid", [0, -1, 2**31 - 1, 10**30])
def test_no_process_has_such_a_pid(pid: int) -> None:
    assert not is_process_alive(Status("running", pid=pid, heartbeat=time.time()))


def _states(folder: Path) -> set[str]:
    return {Run(folder).status().state for _ in range(100)}


def test_many_readers_at_once_see_that_a_process_has_ended() -> None:
    """Reading must not disturb other readers."""
    run = run_that_is("running")
    (run.folder / "lock").touch()
    with ThreadPoolExecutor(8) as threads:
        assert set().union(*threads.map(_states, [run.folder] * 16)) == {"interrupted"}
    make_alive(run)
    with ThreadPoolExecutor(8) as threads:
        assert set().union(*threads.map(_states, [run.folder] * 16)) == {"running"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '{"state": {}}',
        '{"state": "finished", "epoch": []}',
        '{"state": "finished", "loss": "low"}',
        '{"state": "finished", "heartbeat": 1e999}',
        "[" * 10_000,
    ],
)
def test_a_status_that_does_not_fit_says_so(text: str) -> None:
    run = run_that_is("finished")
    (run.folder / "status.json").write_text(text)
    status = run.status()
    assert status.state == "interrupted"
    assert "status cannot be read: status.json cannot be read" in status.message


def test_unknown_keys_of_later_versions_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "status.json").write_text('{"state": "finished", "epoch": 3, "mood": {}}')
    assert read_status(tmp_path) == Status(state="finished", epoch=3)


def test_a_status_round_trip(tmp_path: Path) -> None:
    run = run_that_is("finished", epochs=5)
    stored = json.loads((run.folder / "status.json").read_text())
    assert run.stored_status().epoch == stored["epoch"] == 5
