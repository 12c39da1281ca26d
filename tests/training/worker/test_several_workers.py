"""Two workers on one machine: the losses of one, and what is said when a worker dies."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from musicgen.cli import main
from musicgen.training.run_folder.registry import find_run
from musicgen.training.run_folder.run import Run
from tests.helpers.locations import ROOT
from tests.training.worker.tiny_trainings import losses_of

pytestmark = pytest.mark.slow

# `notes` is traced in a third of the time. Dropout differs between the rows of workers.
MODEL = "--encoding notes --width 8 --layers 1 --dropout 0 --batch-size 4 --length 16 --patience 0"
SAID_SECONDS = 30.0
LIMIT_SECONDS = 600.0


def free_addresses(count: int) -> str:
    sockets = [socket.socket() for _ in range(count)]
    for opened in sockets:
        opened.bind(("127.0.0.1", 0))
    addresses = [f"127.0.0.1:{opened.getsockname()[1]}" for opened in sockets]
    for opened in sockets:
        opened.close()
    return ",".join(addresses)


def arguments(name: str, source: str, *options: str) -> list[str]:
    return ["train", *([source] if source else []), "--run", name, *MODEL.split(), *options]


def train(name: str, source: str, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "musicgen", *arguments(name, source, *options)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def train_alone(name: str, source: str, *options: str) -> None:
    """Train with one worker, in this process: it has TensorFlow loaded but once."""
    assert main(arguments(name, source, *options)) == 0


def start_two(name: str, source: str, *options: str) -> list[subprocess.Popen[str]]:
    addresses = free_addresses(2)
    return [
        train(name, source, *options, "--workers", addresses, "--worker", "0"),
        train(name, "", *options, "--workers", addresses, "--worker", "1"),
    ]


def wait_for_batches(run: str, batches: int) -> Run:
    """The run, once it has reported so many batches."""
    end = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < end:
        try:
            found = find_run(run)
            if found.stored_status().step >= batches:
                return found
        except Exception:  # the chief has not begun it
            pass
        time.sleep(0.1)
    raise AssertionError(f"{run} has not trained {batches} batches")


def test_losses_of_two_workers_are_those_of_one(source: str) -> None:
    both = start_two("both workers", source, "--epochs", "2")
    assert [process.wait(LIMIT_SECONDS) for process in both] == [0, 0]
    train_alone("one worker", source, "--epochs", "2")
    losses = losses_of(find_run("both workers"))
    assert len(losses) == 4
    assert losses == pytest.approx(losses_of(find_run("one worker")), abs=1e-4)


@pytest.mark.parametrize("killed", [0, 1])
def test_a_killed_worker_is_said_and_the_run_resumes(source: str, killed: int) -> None:
    name = f"killed {killed}"
    processes = start_two(name, source, "--epochs", "100000")
    run = wait_for_batches(name, 10)
    os.kill(processes[killed].pid, signal.SIGKILL)
    error = processes[1 - killed].communicate(timeout=SAID_SECONDS)[1]
    assert "has died or cannot be reached" in error
    if killed == 1:
        assert run.status().state == "failed"
        assert "has died or cannot be reached" in run.status().message
    step = run.stored_status().step
    train_alone(name, "", "--resume", "--epochs", "1")  # from the last checkpoint
    assert run.status().state == "finished"
    assert step >= 10
