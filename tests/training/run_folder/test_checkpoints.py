"""Checkpoints of a run: which remain, and their order."""

from pathlib import Path

import pytest

from musicgen.training.run_folder.checkpoints import (
    new_checkpoint_folder,
    number_aware,
    saved_checkpoints,
    set_pointers,
)
from musicgen.training.run_folder.keras_export import checkpoint_identity
from musicgen.training.run_folder.position import TrainingPosition
from musicgen.training.run_folder.run import Run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "checkpoints").mkdir()
    return Run(tmp_path)


def _write(run: Run, position: TrainingPosition, best: bool = False) -> Path:
    checkpoint = new_checkpoint_folder(run, position)
    checkpoint.mkdir()
    (checkpoint / "config.json").touch()
    set_pointers(checkpoint, best)
    return checkpoint


def test_the_best_and_the_latest_remain(run: Run) -> None:
    _write(run, TrainingPosition(epoch=1), best=True)
    _write(run, TrainingPosition(epoch=2))
    _write(run, TrainingPosition(epoch=3, batch=5, step=35))
    names = {path.name for path in run.folder.glob("checkpoints/epoch*")}
    assert names == {"epoch-0001", "epoch-0003-00035"}


def test_an_incomplete_folder_is_replaced(run: Run) -> None:
    incomplete = new_checkpoint_folder(run, TrainingPosition(epoch=1))
    (incomplete / "half").mkdir(parents=True)
    assert new_checkpoint_folder(run, TrainingPosition(epoch=1)) == incomplete
    assert not incomplete.exists()


def test_a_checkpoint_remains_until_its_replacement_is_complete(run: Run) -> None:
    first = _write(run, TrainingPosition(epoch=1), best=True)
    second = new_checkpoint_folder(run, TrainingPosition(epoch=1))
    assert second != first and (first / "config.json").exists()
    second.mkdir()
    set_pointers(second, best=True)
    assert run.checkpoint() == second and not first.exists()
    assert new_checkpoint_folder(run, TrainingPosition(epoch=1)) == first


def test_checkpoints_are_sorted_by_epoch(run: Run) -> None:
    _write(run, TrainingPosition(epoch=9999), best=True)
    _write(run, TrainingPosition(epoch=10_000))
    assert [path.name for path in saved_checkpoints(run)] == ["epoch-10000", "epoch-9999"]


def test_order_of_names() -> None:
    names = ["epoch-10000", "epoch-0003-00035", "epoch-0003-00035-again", "best", "epoch-0003"]
    expected = ["best", "epoch-0003", "epoch-0003-00035", "epoch-0003-00035-again", "epoch-10000"]
    assert sorted(names, key=number_aware) == expected


@pytest.mark.parametrize("text", ["", "[]", '{"checkpoint": 5}', '{"checkpoint": "../.."}'])
def test_pointers_that_do_not_fit_name_no_checkpoint(run: Run, text: str) -> None:
    for pointer in ("best", "latest"):
        (run.folder / "checkpoints" / f"{pointer}.json").write_text(text)
    assert saved_checkpoints(run) == []


def test_a_new_checkpoint_has_another_identity(run: Run) -> None:
    """So an export made before Continue is not offered for the weights after it."""
    _write(run, TrainingPosition(epoch=1), best=True)
    before = checkpoint_identity(run)
    assert checkpoint_identity(run) == before
    _write(run, TrainingPosition(epoch=2), best=True)
    after = checkpoint_identity(run)
    _write(run, TrainingPosition(epoch=2), best=True)  # resumed, with other weights
    assert len({before, after, checkpoint_identity(run)}) == 3
