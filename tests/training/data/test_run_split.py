"""The split of a run: kept when it goes on, and when another run begins with its weights."""

from pathlib import Path

import pytest

from musicgen.corpus.load import load_collection
from musicgen.errors import InvalidSetting
from musicgen.files import write_json
from musicgen.training.data.prepare import prepare
from musicgen.training.data.run_split import SPLIT, find_split, read_split, split_to_keep
from musicgen.training.run_folder.registry import create_run
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings
from tests.helpers.tiny_music import write_folder
from tests.helpers.tiny_runs import write_run

# Other sides than the rule would choose, and two files that are added later.
SIDES = {
    "train": [f"melody {number:02d}" for number in range(2, 10)],
    "valid": ["melody 00"],
    "test": ["melody 01"],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))
    return write_folder(tmp_path / "tunes")


@pytest.fixture
def run(folder: Path) -> Run:
    """A run that was trained on another split than that of today."""
    run = create_run(RunSettings("mine", str(folder)))
    write_json(run.folder / SPLIT, SIDES)
    return run


def sides_of(run: Run) -> dict[str, list[str]]:
    collection = load_collection(run.settings.source)
    return prepare(collection, run.settings, recorded=split_to_keep(run)).names()


def test_a_training_that_goes_on_keeps_its_split(run: Run) -> None:
    sides = sides_of(run)
    for side, names in SIDES.items():
        assert set(names) <= set(sides[side])
    added = {name for names in sides.values() for name in names} - {
        name for names in SIDES.values() for name in names
    }
    assert added == {"melody 10", "melody 11"}


def test_a_new_run_has_the_split_of_the_rule(run: Run, folder: Path) -> None:
    new = create_run(RunSettings("new", str(folder)))
    assert split_to_keep(new) == {}
    assert sides_of(new) != sides_of(run)


def test_fine_tuning_on_the_same_music_holds_out_the_same_pieces(
    folder: Path, tmp_path: Path
) -> None:
    first = write_run(tmp_path / "home" / "runs", source=str(folder))
    write_json(first / SPLIT, SIDES)
    tuned = create_run(RunSettings("tuned", str(folder), start_from=first.name))
    assert split_to_keep(tuned) == SIDES
    other = create_run(RunSettings("elsewhere", "ryans-mammoth", start_from=first.name))
    assert split_to_keep(other) == {}


def test_the_split_of_a_run_or_file_by_name(run: Run, tmp_path: Path) -> None:
    assert find_split("mine") == SIDES
    write_json(tmp_path / "sides.json", SIDES)
    assert find_split(str(tmp_path / "sides.json")) == SIDES
    (run.folder / SPLIT).unlink()
    assert read_split(run.folder) == {}
    for name in ("mine", str(tmp_path / "none.json")):
        with pytest.raises(InvalidSetting, match="there is no split in"):
            find_split(name)
