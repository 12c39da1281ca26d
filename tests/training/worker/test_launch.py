"""Actions on runs and the states that allow them; no process is started."""

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from musicgen.errors import InvalidSetting
from musicgen.models.settings import LstmSettings
from musicgen.paths import PRETRAINED, BadName
from musicgen.training.run_folder import manage
from musicgen.training.run_folder.registry import find_run, list_runs
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.status import write_status
from musicgen.training.worker import launch
from tests.helpers.example_runs import make_alive, run_that_is
from tests.helpers.tiny_runs import write_run


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the runs for which a process would have been started."""
    names: list[str] = []

    def popen(command: list[str], **options: Any) -> None:
        names.append(command[-1])

    monkeypatch.setattr(subprocess, "Popen", popen)
    return names


def test_rename_moves_the_whole_folder() -> None:
    run = manage.rename(run_that_is("stopped", "old"), "new")
    assert find_run("new") == run
    assert run.settings.name == "new"
    assert len(list(run.metrics())) > 0
    assert not (run.folder.parent / "old").exists()


def test_rename_to_a_name_that_is_taken_or_invalid() -> None:
    run = run_that_is("stopped", "old")
    run_that_is("stopped", "taken")
    with pytest.raises(FileExistsError):
        manage.rename(run, "taken")
    with pytest.raises(BadName):
        manage.rename(run, "../up")
    assert manage.rename(run, "old") == run


def test_delete_leaves_nothing(home: Path) -> None:
    manage.delete(run_that_is("stopped", "gone"))
    assert [run.name for run in list_runs() if not run.bundled] == []
    assert list((home / "runs").iterdir()) == []


def test_a_run_in_training_cannot_be_renamed_deleted_or_resumed(spawned: list[str]) -> None:
    run = run_that_is("running")
    make_alive(run)
    for action in (
        lambda: manage.rename(run, "new"),
        lambda: manage.delete(run),
        lambda: launch.resume(run),
        lambda: launch.continue_run(run, epochs=1),
    ):
        with pytest.raises(launch.InvalidRunState):
            action()
    assert spawned == []


def test_a_bundled_run_cannot_be_changed(spawned: list[str]) -> None:
    run = Run(PRETRAINED / "whatever")
    for action in (
        lambda: manage.delete(run),
        lambda: manage.rename(run, "mine"),
        lambda: launch.resume(run),
    ):
        with pytest.raises(launch.InvalidRunState):
            action()
    assert spawned == []


def test_continue_counts_epochs_from_the_last_one(spawned: list[str]) -> None:
    run = run_that_is("finished", epochs=3, best_epoch=1, seconds=120.0)
    launch.continue_run(run, epochs=5)
    train = run.settings.train
    assert (train.epochs, train.minutes) == (8, 0.0)
    assert spawned == ["a run"]
    assert run.status().state == "queued"


def test_continue_keeps_the_patience_that_was_chosen(spawned: list[str]) -> None:
    run = run_that_is("finished", epochs=13, best_epoch=3)
    chosen = run.settings.train.patience
    for _ in range(3):
        launch.continue_run(run, epochs=20)
        write_status(run.folder, replace(run.stored_status(), state="finished"))
    assert run.settings.train.patience == chosen
    assert run.settings.continued_from == 13


def test_continue_for_minutes(spawned: list[str]) -> None:
    run = run_that_is("stopped", seconds=120.0)
    launch.continue_run(run, minutes=10)
    assert run.settings.train.minutes == 12.0
    assert run.settings.train.epochs == launch.MAX_EPOCHS
    with pytest.raises(InvalidSetting, match="how many"):
        launch.continue_run(run_that_is("stopped", "other"))


def test_continue_within_bounds(spawned: list[str]) -> None:
    run = run_that_is("finished")
    with pytest.raises(InvalidSetting, match="more epochs -1 is not between 0 and 100000"):
        launch.continue_run(run, epochs=-1)
    with pytest.raises(InvalidSetting, match="more minutes 50000 is not between 0 and 43200"):
        launch.continue_run(run, minutes=50_000)
    assert (run.settings.train.epochs, spawned) == (40, [])


def test_resume_and_continue_with_a_smaller_batch_size(spawned: list[str]) -> None:
    run = run_that_is("failed", failure="out_of_memory")
    launch.resume(run, batch_size=16)
    assert (run.settings.train.batch_size, run.settings.train.epochs) == (16, 40)
    assert run.stored_status().failure == ""
    other = run_that_is("stopped", "other")
    launch.continue_run(other, epochs=2, batch_size=8)
    assert (other.settings.train.batch_size, other.settings.train.epochs) == (8, 5)
    with pytest.raises(InvalidSetting, match="batch size 0"):
        launch.resume(run_that_is("failed", "third"), batch_size=0)
    assert spawned == ["a run", "other"]


def test_fine_tuning_starts_with_the_weights_of_a_run(home: Path, spawned: list[str]) -> None:
    source = Run(write_run(home / "runs", "source", model=LstmSettings(width=8, layers=1)))
    settings = launch.fine_tuning_settings(source, "ryans-mammoth", "tuned", 10, 1e-4)
    assert launch.start(settings).settings == settings
    assert settings.start_from == "source"
    assert settings.model == source.settings.model
    assert (settings.source, settings.train.minutes) == ("ryans-mammoth", 10)
    assert settings.train.learning_rate == 1e-4
    assert settings.train.shares == source.settings.train.shares
    assert spawned == ["tuned"]
