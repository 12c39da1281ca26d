"""What is read of a run folder, in every state that it can be in."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from filelock import FileLock

from musicgen.paths import BadName
from musicgen.training.run_folder.run import (
    Run,
    UnknownRun,
    create_run,
    find_checkpoint,
    find_run,
    list_runs,
)
from musicgen.training.settings import RunSettings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def run(home: Path) -> Run:
    return create_run(RunSettings("mine", "bach-chorales"))


def _write(run: Run, **status: object) -> None:
    (run.folder / "status.json").write_text(json.dumps(status))


def test_new_run_is_queued_and_reads_back(run: Run) -> None:
    assert run.status().state == "queued"
    assert find_run("mine").settings == RunSettings("mine", "bach-chorales")
    assert [each.name for each in list_runs() if not each.bundled] == ["mine"]


def test_name_is_taken(run: Run) -> None:
    with pytest.raises(FileExistsError, match="choose another name"):
        create_run(run.settings)


def test_of_many_who_start_at_once_one_gets_the_name(home: Path) -> None:
    settings, together = RunSettings("mine", "bach-chorales"), threading.Barrier(8)

    def start(number: int) -> str:
        together.wait()
        try:
            return create_run(settings).name
        except OSError as problem:
            return str(problem)

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(start, range(8)))
    assert answers == ["mine"] + ["there is a run 'mine' already: choose another name"] * 7
    assert find_run("mine").settings == settings


NO_NAMES = ["", "a/b", "..", "../x", ".hidden", "a" * 65, "a\n", "a\0b", "a.", "a ", " a", "a\\b"]
# A slash in full width, a change of direction, nothing to see, half a character, too many bytes.
ODD_NAMES = ["a\uff0fb", "a\u202eb", "a\u200bb", "\u3000a", "a\ud800", "\U00020000" * 51, "\u2026"]


@pytest.mark.parametrize("name", NO_NAMES + ODD_NAMES)
def test_names_that_are_no_folder(name: str) -> None:
    with pytest.raises(BadName):
        RunSettings(name, "bach-chorales")
    with pytest.raises((BadName, UnknownRun)):
        find_checkpoint(name or "..")


@pytest.mark.parametrize(
    "name", ["été 2", "日本の歌", "Песня", "हिन्दी", "אב", "_a (b), c+d & 'e'.f"]
)
def test_names_in_every_script(home: Path, name: str) -> None:
    run = create_run(RunSettings(name, "bach-chorales"))
    assert find_run(name) == run and run.settings.name == run.name == name
    assert name in [each.name for each in list_runs()]
    assert [path.name for path in (home / "runs").iterdir()] == [name]


def test_a_name_is_one_however_its_letters_were_typed(home: Path) -> None:
    composed, apart = "caf\u00e9", "cafe\u0301"
    run = create_run(RunSettings(apart, "bach-chorales"))
    assert run.name == run.settings.name == composed
    assert find_run(apart) == find_run(composed) == run
    with pytest.raises(FileExistsError):
        create_run(RunSettings(composed, "bach-chorales"))
    run.folder.rename(home / "runs" / apart)  # as another system may have unpacked it
    assert find_run(apart).folder.name == apart


def test_unknown_run_lists_what_there_is(run: Run) -> None:
    with pytest.raises(UnknownRun, match="mine"):
        find_run("yours")


def test_a_process_that_is_gone(run: Run) -> None:
    (run.folder / "lock").touch()
    _write(run, state="running", heartbeat=0.0, epoch=3)
    status = run.status()
    assert (status.state, status.epoch) == ("interrupted", 3)


def test_states_of_a_living_process(run: Run) -> None:
    now = 1000.0
    seen = Run(run.folder, clock=lambda: now)
    with FileLock(run.folder / "lock"):
        _write(run, state="running", heartbeat=now - 59)
        assert seen.status().state == "running"
        _write(run, state="running", heartbeat=now - 61)
        assert seen.status().state == "stalled"
        _write(run, state="starting", heartbeat=now - 179)
        assert seen.status().state == "starting"
        _write(run, state="starting", heartbeat=now - 181)
        assert seen.status().state == "stalled"
        (run.folder / "stop").touch()
        _write(run, state="running", heartbeat=now)
        assert seen.status().state == "stopping"
        _write(run, state="running", heartbeat=now - 61, pid=17)
        assert seen.status().state == "stalled"
        assert "asked to stop, it does not answer" in seen.status().message
        assert "end process 17" in seen.status().message


def test_ended_states_stay(run: Run) -> None:
    for state in ("finished", "stopped", "failed"):
        _write(run, state=state, message="so it was")
        assert (run.status().state, run.status().message) == (state, "so it was")


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"state": "running", "unknown": 1}'])
def test_damaged_status_is_an_interruption(run: Run, text: str) -> None:
    (run.folder / "status.json").write_text(text)
    assert run.status().state == "interrupted"


def test_metrics_pass_over_a_cut_line(run: Run) -> None:
    (run.folder / "metrics.jsonl").write_text('{"step": 1}\n{"step": 2}\n{"st')
    assert list(run.metrics()) == [{"step": 1}, {"step": 2}]


def test_checkpoints_by_pointer(run: Run) -> None:
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
        lambda e: e["train"].update(unknown=1),
        lambda e: e.pop("source"),
        lambda e: e.update(encoding="morse"),
        lambda e: e.update(model={"kind": "classic"}),
    ]
    for change in changes:
        harmed = json.loads(json.dumps(entry))
        change(harmed)
        with pytest.raises(ValueError):
            RunSettings.from_json(harmed)
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
