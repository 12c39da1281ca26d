"""Reasons of failed trainings: their codes, their advice, and kills for lack of memory."""

import errno
import json
from pathlib import Path

import pytest

from musicgen.corpus.errors import UnknownSource
from musicgen.training import failures
from musicgen.training.data.prepare import TooLittleMusic
from musicgen.training.failures import (
    DISK_FULL,
    DIVERGED,
    INVALID_INPUT,
    OUT_OF_MEMORY,
    UNEXPECTED,
    LossNotANumber,
    failure_of,
    oom_kills,
    out_of_memory,
    suggested_batch_size,
    suggested_learning_rate,
    was_killed_for_memory,
)
from musicgen.training.run_folder.reporter import Reporter
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings
from tests.helpers.example_runs import run_that_is

SETTINGS = RunSettings("mine", "tunes")


@pytest.fixture
def vmstat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in place of the kernel's counters, with 3 kills for lack of memory."""
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))
    path = tmp_path / "vmstat"
    path.write_text("pgfault 812\noom_kill 3\noom_kill_extra 9\n")
    monkeypatch.setattr(failures, "VMSTAT", path)
    return path


@pytest.mark.parametrize(
    ("problem", "code", "words"),
    [
        (MemoryError(), OUT_OF_MEMORY, "batch size of 16 in place of 32"),
        (OSError(errno.ENOSPC, "No space left on device"), DISK_FULL, "the disk is full"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), DISK_FULL, "the disk is full"),
        (LossNotANumber(3e-3), DIVERGED, "try a lower learning rate, such as 0.001"),
        (UnknownSource("no such folder"), INVALID_INPUT, "the collection 'tunes' is gone"),
        (TooLittleMusic("too little music"), INVALID_INPUT, "too little music"),
        (ValueError("a reason\nand a page of details"), UNEXPECTED, "a reason"),
        (KeyError(), UNEXPECTED, "KeyError"),
    ],
)
def test_code_and_message_of_an_exception(problem: Exception, code: str, words: str) -> None:
    failure = failure_of(problem, SETTINGS)
    assert failure.code == code
    assert words in failure.message and "details" not in failure.message


def test_advice_after_lack_of_memory() -> None:
    assert out_of_memory(32).message == "out of memory: try a batch size of 16 in place of 32"
    assert (
        out_of_memory(1).message
        == "out of memory: try windows of a shorter length, or a smaller model"
    )


def test_settings_to_resume_with_follow_from_the_code() -> None:
    assert suggested_batch_size(32, OUT_OF_MEMORY) == 16
    assert suggested_batch_size(1, OUT_OF_MEMORY) == 1
    assert suggested_batch_size(32, DIVERGED) == 32
    assert suggested_learning_rate(3e-3, DIVERGED) == 1e-3
    assert suggested_learning_rate(3e-3, OUT_OF_MEMORY) == 3e-3


def test_kills_for_lack_of_memory_are_counted(vmstat: Path) -> None:
    assert oom_kills() == 3
    for text in ("", "pgfault 812\n", "oom_kill\n", "oom_kill many\n"):
        vmstat.write_text(text)
        assert oom_kills() is None
    vmstat.unlink()
    assert oom_kills() is None


@pytest.mark.parametrize(
    ("before", "now", "killed"),
    [
        (3, 4, True),
        (3, 3, False),
        (3, 0, False),  # the computer was restarted
        (None, 4, False),
        (3, None, False),
    ],
)
def test_a_higher_count_means_a_kill(before: int | None, now: int | None, killed: bool) -> None:
    assert was_killed_for_memory(before, now) is killed


def test_the_status_holds_the_count(vmstat: Path) -> None:
    run = run_that_is("queued")
    Reporter(run).write(state="running")
    assert json.loads((run.folder / "status.json").read_bytes())["oom_kills"] == 3


@pytest.fixture
def dead_run(vmstat: Path) -> Run:
    """A run whose process ended after a heartbeat at which the count was 3."""
    return run_that_is("running", oom_kills=3)


def test_a_process_killed_for_lack_of_memory_has_failed(dead_run: Run, vmstat: Path) -> None:
    assert dead_run.status().state == "interrupted"
    vmstat.write_text("oom_kill 4\n")
    status = dead_run.status()
    assert (status.state, status.failure) == ("failed", OUT_OF_MEMORY)
    assert status.message == out_of_memory(32).message
    assert status.epoch == 3
    (dead_run.folder / "run.json").write_text("{")
    assert dead_run.status().state == "interrupted"


def test_a_later_kill_does_not_change_a_run_that_has_ended(vmstat: Path) -> None:
    run = run_that_is("stopped", oom_kills=3)
    vmstat.write_text("oom_kill 4\n")
    assert run.status().state == "stopped"
