"""One run folder: its states, settings, metrics, checkpoints and log."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from musicgen.errors import MusicgenError
from musicgen.files import write_json
from musicgen.training.run_folder.registry import find_checkpoint
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.settings import RunSettings
from tests.helpers.example_runs import make_alive

pytestmark = pytest.mark.usefixtures("home")


def _write(run: Run, **status: object) -> None:
    (run.folder / "status.json").write_text(json.dumps(status))


def test_a_process_that_has_ended(run: Run) -> None:
    _write(run, state="running", heartbeat=0.0, epoch=3)
    status = run.status()
    assert (status.state, status.epoch) == ("interrupted", 3)


def test_states_of_a_living_process(run: Run) -> None:
    now = 1000.0
    clocked = Run(run.folder, clock=lambda: now)
    for written, silence, state in (
        ("running", 59, "running"),
        ("running", 61, "stalled"),
        ("starting", 179, "starting"),
        ("starting", 181, "stalled"),
    ):
        make_alive(run, state=written, heartbeat=now - silence)
        assert clocked.status().state == state
    (run.folder / "stop").touch()
    make_alive(run, state="running", heartbeat=now)
    assert clocked.status().state == "stopping"
    make_alive(run, state="running", heartbeat=now - 61)
    assert clocked.status().state == "stalled"
    assert "asked to stop, it does not answer" in clocked.status().message
    assert f"end process {os.getpid()}" in clocked.status().message


def test_a_final_state_is_reported_as_stored(run: Run) -> None:
    for state in ("finished", "stopped", "failed"):
        _write(run, state=state, message="a message")
        assert (run.status().state, run.status().message) == (state, "a message")


def test_metrics_skip_a_cut_line(run: Run) -> None:
    (run.folder / "metrics.jsonl").write_text('{"step": 1}\n{"step": 2}\n{"st')
    assert list(run.metrics()) == [{"step": 1}, {"step": 2}]


def test_checkpoints_are_found_by_pointer_name_and_path(run: Run) -> None:
    with pytest.raises(UnknownRun, match="no checkpoint yet"):
        run.checkpoint()
    parent = run.folder / "checkpoints"
    for name in ("epoch-0001", "epoch-0002"):
        (parent / name).mkdir(parents=True)
        (parent / name / "config.json").write_text("{}")
    (parent / "latest.json").write_text('{"checkpoint": "epoch-0002"}')
    assert find_checkpoint("mine").name == "epoch-0002"
    (parent / "best.json").write_text('{"checkpoint": "epoch-0001"}')
    assert find_checkpoint("mine").name == "epoch-0001"
    assert find_checkpoint("mine@latest").name == "epoch-0002"
    assert find_checkpoint("mine@epoch-0002").name == "epoch-0002"
    assert find_checkpoint(str(parent / "epoch-0002")).name == "epoch-0002"
    assert find_checkpoint(str(run.folder)).name == "epoch-0001"


def test_a_pointer_cannot_lead_out_of_the_run(run: Run) -> None:
    parent = run.folder / "checkpoints"
    parent.mkdir()
    (parent / "best.json").write_text('{"checkpoint": "../../../etc"}')
    with pytest.raises(UnknownRun):
        run.checkpoint()


def test_settings_that_do_not_fit(run: Run) -> None:
    entry = run.settings.to_json()
    changes: list[Callable[[dict], object]] = [
        lambda e: e["model"].update(kind="oracle"),
        lambda e: e["train"].update(epochs=0),
        lambda e: e["train"].update(epochs=[]),
        lambda e: e.update(name={}),
        lambda e: e.pop("source"),
        lambda e: e.update(encoding="morse"),
        lambda e: e.update(model={"kind": "classic"}),
    ]
    for change in changes:
        damaged = json.loads(json.dumps(entry))
        change(damaged)
        with pytest.raises(MusicgenError):
            RunSettings.from_json(damaged)
    (run.folder / "run.json").write_text("{")
    with pytest.raises(UnknownRun, match="cannot be read"):
        _ = run.settings


@pytest.fixture
def unreadable(run: Run) -> Iterator[Path]:
    path = run.folder / "status.json"
    path.chmod(0)
    yield path
    path.chmod(0o600)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root reads everything")
def test_unreadable_status(run: Run, unreadable: Path) -> None:
    assert run.status().state == "interrupted"


def test_a_run_that_was_killed_in_the_queue_is_not_alive(tmp_path: Path) -> None:
    """Its process had written its pid, so it need not be waited for."""
    write_json(tmp_path / "status.json", {"state": "queued", "heartbeat": 1e9, "pid": 2**22 + 1})
    assert Run(tmp_path, clock=lambda: 1e9 + 1).status().state == "interrupted"
    write_json(tmp_path / "status.json", {"state": "queued", "heartbeat": 1e9})
    assert Run(tmp_path, clock=lambda: 1e9 + 1).status().state == "queued"


def test_a_process_that_ends_while_its_status_is_read(tmp_path: Path) -> None:
    """It writes that it has stopped, and is gone, between the two looks at it."""
    path = tmp_path / "status.json"
    write_json(path, {"state": "running", "heartbeat": 1e9, "pid": 2**22 + 1})

    def clock() -> float:
        write_json(path, {"state": "stopped", "heartbeat": 1e9 + 1, "pid": 2**22 + 1})
        return 1e9 + 1

    assert Run(tmp_path, clock=clock).status().state == "stopped"


def test_the_log_is_without_what_tensorflow_notes(run: Run) -> None:
    (run.folder / "log.txt").write_text(
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
        "I0000 00:00:1796024368.630971   24864 cudart_stub.cc:31] Could not find cuda drivers\n"
        "2026-11-30 07:39:28.630971: W tensorflow/core/common.cc:1] A warning\n"
        "E0000 00:00:1796024368.630971   24864 cuda.cc:52] failed call to cuInit: INTERNAL:"
        " CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)\n"
        "epoch 1: 2.5 bits\n"
        "E0000 00:00:1796024368.630971   24864 gpu.cc:1] An error\n"
        "Iterations: 3\n"
    )
    assert run.log_tail().splitlines() == [
        "epoch 1: 2.5 bits",
        "E0000 00:00:1796024368.630971   24864 gpu.cc:1] An error",
        "Iterations: 3",
    ]
    assert run.log_tail(1) == "Iterations: 3"
