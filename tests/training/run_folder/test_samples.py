"""Sample pieces of a training: at which epochs, their order, and the same seed."""

from pathlib import Path

import pytest

from musicgen.corpus.readers.read_score import read_score
from musicgen.training.run_folder.run import Run
from musicgen.training.run_folder.samples import (
    is_sample_epoch,
    nearest_to_best,
    sample_files,
    select_epochs,
    write_sample,
)
from tests.helpers.tiny_runs import write_run


def test_samples_become_rarer() -> None:
    epochs = [epoch for epoch in range(1, 10_001) if is_sample_epoch(epoch)]
    assert epochs[:8] == [1, 2, 3, 4, 5, 6, 8, 10]
    assert len(epochs) < 50


def test_the_first_the_best_and_the_latest_are_selected() -> None:
    epochs = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 19]
    assert select_epochs(epochs, 4) == [1, 4, 10, 12, 15, 19]
    assert select_epochs(epochs, 9) == [1, 8, 10, 12, 15, 19]
    assert select_epochs(epochs[:3], 0) == [1, 2, 3]
    assert (nearest_to_best(epochs, 9), nearest_to_best(epochs, 0)) == (8, None)


def test_a_run_without_samples(tmp_path: Path) -> None:
    assert sample_files(Run(tmp_path)) == {}


def test_samples_are_sorted_by_epoch(tmp_path: Path) -> None:
    (tmp_path / "samples").mkdir()
    for name in ("epoch-10000.mid", "epoch-0002.mid", "epoch-9999.mid", "notes.txt"):
        (tmp_path / "samples" / name).touch()
    assert list(sample_files(Run(tmp_path))) == [2, 9999, 10_000]


def test_the_same_seed_gives_the_same_piece(tmp_path: Path) -> None:
    run = Run(write_run(tmp_path))
    for epoch in (1, 2, 7):
        write_sample(run, epoch)
    files = sample_files(run)
    assert list(files) == [1, 2]  # 7 is no sample epoch
    first, second = (read_score(path.read_bytes(), path.name) for path in files.values())
    assert first == second
    assert 1 <= first.bars <= 8


def test_a_failure_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_sample(Run(tmp_path), 1)
    assert "has no checkpoint yet" in capsys.readouterr().err
    assert sample_files(Run(tmp_path)) == {}
