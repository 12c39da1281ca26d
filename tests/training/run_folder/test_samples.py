"""Pieces from a training's checkpoints, to hear it learn."""

import shutil
from pathlib import Path

import pytest

from musicgen.corpus.readers.read_score import read_score
from musicgen.training.run_folder.registry import list_runs
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.samples import (
    is_sample_epoch,
    nearest_to_best,
    samples,
    select_epochs,
    write_sample,
)


def test_often_at_first_then_seldom() -> None:
    heard = [epoch for epoch in range(1, 10_001) if is_sample_epoch(epoch)]
    assert heard[:8] == [1, 2, 3, 4, 5, 6, 8, 10]
    assert len(heard) < 50


def test_few_of_many_are_the_first_the_best_and_the_latest() -> None:
    epochs = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 19]
    assert select_epochs(epochs, 4) == [1, 4, 10, 12, 15, 19]
    assert select_epochs(epochs, 9) == [1, 8, 10, 12, 15, 19]
    assert select_epochs(epochs[:3], 0) == [1, 2, 3]
    assert (nearest_to_best(epochs, 9), nearest_to_best(epochs, 0)) == (8, None)


def test_nothing_is_there_at_first(tmp_path: Path) -> None:
    assert samples(Run(tmp_path)) == {}


def test_the_same_seed_gives_the_same_piece(tmp_path: Path) -> None:
    bundled = [run for run in list_runs() if run.bundled]
    if not bundled:
        pytest.skip("no run ships with the program")
    shutil.copytree(bundled[0].folder / "checkpoints", tmp_path / "checkpoints")
    (tmp_path / "checkpoints/best.json").rename(tmp_path / "checkpoints/latest.json")
    run = Run(tmp_path)
    for epoch in (1, 2, 7):
        write_sample(run, epoch)
    found = samples(run)
    assert list(found) == [1, 2]  # 7 is not worth it
    first, second = (read_score(path.read_bytes(), path.name) for path in found.values())
    assert first == second
    assert 1 <= first.bars <= 8


def test_a_failure_is_told_and_harms_nobody(tmp_path: Path, capsys) -> None:
    write_sample(Run(tmp_path), 1)
    assert "has no checkpoint yet" in capsys.readouterr().err
    assert samples(Run(tmp_path)) == {}
