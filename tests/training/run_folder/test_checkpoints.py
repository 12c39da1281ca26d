"""Which checkpoints of a run stay."""

from pathlib import Path

import pytest

from musicgen.training.run_folder.checkpoints import keep, place_for
from musicgen.training.run_folder.progress import Progress
from musicgen.training.run_folder.run import Run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "checkpoints").mkdir()
    return Run(tmp_path)


def _write(run: Run, progress: Progress, best: bool = False) -> Path:
    checkpoint = place_for(run, progress)
    checkpoint.mkdir()
    (checkpoint / "config.json").touch()
    keep(checkpoint, best)
    return checkpoint


def test_the_best_and_the_latest_stay(run: Run) -> None:
    _write(run, Progress(epoch=1), best=True)
    _write(run, Progress(epoch=2))
    _write(run, Progress(epoch=3, batch=5, step=35))
    there = {path.name for path in run.folder.glob("checkpoints/epoch*")}
    assert there == {"epoch-0001", "epoch-0003-00035"}


def test_what_no_pointer_names_makes_room(run: Run) -> None:
    left = place_for(run, Progress(epoch=1))
    (left / "half").mkdir(parents=True)
    assert place_for(run, Progress(epoch=1)) == left
    assert not left.exists()


def test_a_checkpoint_stays_until_there_is_another_of_its_moment(run: Run) -> None:
    first = _write(run, Progress(epoch=1), best=True)
    second = place_for(run, Progress(epoch=1))
    assert second != first and (first / "config.json").exists()
    second.mkdir()
    keep(second, best=True)
    assert run.checkpoint() == second and not first.exists()
    assert place_for(run, Progress(epoch=1)) == first
