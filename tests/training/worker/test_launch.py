"""What may be done with a run in which state, without a training process."""

from pathlib import Path

import pytest
from filelock import FileLock

from musicgen.paths import BadName
from musicgen.training.run_folder import manage
from musicgen.training.run_folder.run import PRETRAINED, Run, find_run, list_runs
from musicgen.training.worker import launch
from tests.helpers.example_runs import run_that_is


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of runs for which a process would have been started."""
    names: list[str] = []
    monkeypatch.setattr(launch, "_spawn", lambda run: names.append(run.name))
    return names


def test_rename_takes_everything_along() -> None:
    run = manage.rename(run_that_is("stopped", "old"), "new")
    assert find_run("new") == run
    assert run.settings.name == "new"
    assert len(list(run.metrics())) > 0
    assert not (run.folder.parent / "old").exists()


def test_rename_to_a_name_that_is_taken_or_none() -> None:
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


def test_a_run_at_work_is_neither_renamed_nor_deleted_nor_resumed(spawned: list[str]) -> None:
    run = run_that_is("running")
    with FileLock(run.folder / "lock"):
        for change in (
            lambda: manage.rename(run, "new"),
            lambda: manage.delete(run),
            lambda: launch.resume(run),
            lambda: launch.continue_further(run, epochs=1),
        ):
            with pytest.raises(launch.NotNow):
                change()
    assert spawned == []


def test_a_bundled_run_stays_as_it_is(spawned: list[str]) -> None:
    run = Run(PRETRAINED / "whatever")
    with pytest.raises(launch.NotNow):
        manage.delete(run)
    with pytest.raises(launch.NotNow):
        manage.rename(run, "mine")
    assert spawned == []


def test_continue_counts_from_where_the_run_is(spawned: list[str]) -> None:
    run = run_that_is("finished", epochs=3, best_epoch=1, seconds=120.0)
    launch.continue_further(run, epochs=5)
    train = run.settings.train
    assert (train.epochs, train.minutes) == (8, 0.0)
    assert train.patience == 12  # two epochs without a better one have passed already
    assert spawned == ["a run"]
    assert run.status().state == "queued"


def test_continue_for_minutes(spawned: list[str]) -> None:
    run = run_that_is("stopped", seconds=120.0)
    launch.continue_further(run, minutes=10)
    assert run.settings.train.minutes == 12.0
    assert run.settings.train.epochs == launch.MOST_EPOCHS
    with pytest.raises(ValueError, match="how many"):
        launch.continue_further(run_that_is("stopped", "other"))


def test_continue_within_bounds(spawned: list[str]) -> None:
    run = run_that_is("finished")
    with pytest.raises(ValueError, match="more epochs -1 is not between 0 and 100000"):
        launch.continue_further(run, epochs=-1)
    with pytest.raises(ValueError, match="more minutes 50000 is not between 0 and 43200"):
        launch.continue_further(run, minutes=50_000)
    assert (run.settings.train.epochs, spawned) == (40, [])


def test_going_on_in_smaller_batches(spawned: list[str]) -> None:
    run = run_that_is("failed")
    launch.resume(run, batch_size=16)
    assert (run.settings.train.batch_size, run.settings.train.epochs) == (16, 40)
    other = run_that_is("stopped", "other")
    launch.continue_further(other, epochs=2, batch_size=8)
    assert (other.settings.train.batch_size, other.settings.train.epochs) == (8, 5)
    with pytest.raises(ValueError, match="batch size 0"):
        launch.resume(run_that_is("failed", "third"), batch_size=0)
    assert spawned == ["a run", "other"]


def test_fine_tuning_begins_with_the_weights_of_a_run(spawned: list[str]) -> None:
    bundled = [run for run in list_runs() if run.bundled]
    if not bundled:
        pytest.skip("no run ships with the program")
    wanted = launch.tuning(bundled[0], "ryans-mammoth", "tuned", 10, 1e-4)
    settings = launch.start(wanted).settings
    assert settings == wanted
    assert settings.start_from == bundled[0].name
    assert settings.model == bundled[0].settings.model
    assert (settings.source, settings.train.minutes) == ("ryans-mammoth", 10)
    assert settings.train.learning_rate == 1e-4
    assert settings.train.shares == bundled[0].settings.train.shares
    assert spawned == ["tuned"]
