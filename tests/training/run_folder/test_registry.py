"""Runs on this computer: create, find, list."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from musicgen.paths import BadName
from musicgen.training.run_folder.registry import create_run, find_checkpoint, find_run, list_runs
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.settings import RunSettings

pytestmark = pytest.mark.usefixtures("home")


def test_a_new_run_is_queued_and_can_be_found(run: Run) -> None:
    assert run.status().state == "queued"
    assert find_run("mine").settings == RunSettings("mine", "bach-chorales")
    assert [run.name for run in list_runs() if not run.bundled] == ["mine"]


def test_features_that_a_run_leaves_out_are_kept(home: Path) -> None:
    settings = RunSettings("less", "bach-chorales", "parts", left_out=("bars_ago", "form"))
    assert create_run(settings).settings == settings


def test_a_name_that_is_taken(run: Run) -> None:
    with pytest.raises(FileExistsError, match="choose another name"):
        create_run(run.settings)


def test_of_many_threads_one_gets_the_name(home: Path) -> None:
    settings, barrier = RunSettings("mine", "bach-chorales"), threading.Barrier(8)

    def start(number: int) -> str:
        barrier.wait()
        try:
            return create_run(settings).name
        except OSError as problem:
            return str(problem)

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(start, range(8)))
    assert answers == ["mine"] + ["there is a run 'mine' already: choose another name"] * 7
    assert find_run("mine").settings == settings


INVALID = [
    "",
    "a/b",
    "..",
    "../x",
    ".hidden",
    "a" * 65,
    "a\n",
    "a\0b",
    "a.",
    "a ",
    " a",
    "a\\b",
]
# Full-width slash, direction mark, zero-width space, wide space, lone surrogate, too many bytes.
ODD = [
    "a\uff0fb",
    "a\u202eb",
    "a\u200bb",
    "\u3000a",
    "a\ud800",
    "\U00020000" * 51,
    "\u2026",
]


@pytest.mark.parametrize("name", INVALID + ODD)
def test_invalid_names(name: str) -> None:
    with pytest.raises(BadName):
        RunSettings(name, "bach-chorales")
    with pytest.raises((BadName, UnknownRun)):
        find_checkpoint(name or "..")


@pytest.mark.parametrize(
    "name", ["été 2", "日本の歌", "Песня", "हिन्दी", "אב", "_a (b), c+d & 'e'.f"]
)
def test_names_in_many_scripts(home: Path, name: str) -> None:
    run = create_run(RunSettings(name, "bach-chorales"))
    assert find_run(name) == run and run.settings.name == run.name == name
    assert name in [run.name for run in list_runs()]
    assert [path.name for path in (home / "runs").iterdir()] == [name]


def test_composed_and_decomposed_letters_are_the_same_name(home: Path) -> None:
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    run = create_run(RunSettings(decomposed, "bach-chorales"))
    assert run.name == run.settings.name == composed
    assert find_run(decomposed) == find_run(composed) == run
    with pytest.raises(FileExistsError):
        create_run(RunSettings(composed, "bach-chorales"))
    run.folder.rename(home / "runs" / decomposed)  # as another system may write it
    assert find_run(decomposed).folder.name == decomposed


def test_an_unknown_run_lists_the_names(run: Run) -> None:
    with pytest.raises(UnknownRun, match="mine"):
        find_run("yours")
