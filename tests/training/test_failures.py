"""A process that the kernel killed for want of memory, told from one that went down otherwise."""

import json
from pathlib import Path

import pytest

from musicgen.training.failures import oom
from musicgen.training.failures.oom import killed_for_memory, oom_kills, out_of_memory
from musicgen.training.run_folder.report import Reporter
from musicgen.training.run_folder.run import Run, Status
from tests.helpers.example_runs import run_that_is


@pytest.fixture
def events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the kernel counts, in place of the real one."""
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))
    path = tmp_path / "vmstat"
    path.write_text("pgfault 812\noom_kill 3\noom_kill_extra 9\n")
    monkeypatch.setattr(oom, "EVENTS", path)
    return path


def test_the_count_of_the_kernel(events: Path) -> None:
    assert oom_kills() == 3
    for text in ("", "pgfault 812\n", "oom_kill\n", "oom_kill many\n"):
        events.write_text(text)
        assert oom_kills() is None
    events.unlink()
    assert oom_kills() is None


@pytest.mark.parametrize(
    ("before", "now", "killed"),
    [
        (3, 4, True),
        (3, 3, False),
        (3, 0, False),  # the machine went down and came up again
        (None, 4, False),
        (3, None, False),
    ],
)
def test_a_count_that_grew_is_the_evidence(
    before: int | None, now: int | None, killed: bool
) -> None:
    assert killed_for_memory(before, now) is killed


def test_what_to_try() -> None:
    assert out_of_memory(32) == "out of memory: try a batch size of 16 in place of 32"
    assert out_of_memory(1) == "out of memory: try windows of a shorter length, or a smaller model"


def test_a_heartbeat_tells_the_count(events: Path, tmp_path: Path) -> None:
    Reporter(tmp_path, Status()).tell(state="running")
    assert json.loads((tmp_path / "status.json").read_bytes())["oom_kills"] == 3


@pytest.fixture
def gone(events: Path) -> Run:
    """A run whose process vanished after a heartbeat at which the count was 3."""
    return run_that_is("running", oom_kills=3)


def test_a_run_whose_process_was_killed_for_memory_has_failed(gone: Run, events: Path) -> None:
    assert gone.status().state == "interrupted"
    events.write_text("oom_kill 4\n")
    status = gone.status()
    assert (status.state, status.message) == ("failed", out_of_memory(32))
    assert status.epoch == 3
    (gone.folder / "run.json").write_text("{")
    assert gone.status().state == "interrupted"


def test_a_run_that_ended_stays_as_it_is(events: Path) -> None:
    run = run_that_is("stopped", oom_kills=3)
    events.write_text("oom_kill 4\n")
    assert run.status().state == "stopped"
