"""Metrics read while a training appends to them; damaged and replaced files."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from musicgen.training.run_folder.metrics import Metrics, Table, downsample, smooth
from musicgen.training.run_folder.run import Run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def write(run: Run, *lines: object, mode: str = "a") -> None:
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    with (run.folder / "metrics.jsonl").open(mode) as file:
        file.write(text)


def step(number: float, loss: float = 1.0, **more: object) -> dict[str, object]:
    return {"kind": "step", "step": number, "loss": loss, **more}


def test_without_a_file_the_tables_are_empty(run: Run) -> None:
    metrics = Metrics(run).update()
    assert len(metrics.steps) == len(metrics.epochs) == 0
    assert metrics.steps["loss"].tolist() == []


def test_block_and_epoch_lines_go_to_separate_tables(run: Run) -> None:
    write(run, step(1, 5.0), {"kind": "epoch", "epoch": 1, "valid_loss": 4.0}, step(2, 3.0))
    metrics = Metrics(run).update()
    assert metrics.steps["loss"].tolist() == [5.0, 3.0]
    assert metrics.epochs["valid_loss"].tolist() == [4.0]


def test_numbers_of_inner_objects_have_dotted_names(run: Run) -> None:
    write(run, step(1, accuracy={"pitch": 0.5, "shift": 0.25}))
    metrics = Metrics(run).update()
    assert metrics.steps.names("accuracy.") == ["pitch", "shift"]
    assert metrics.steps["accuracy.shift"].tolist() == [0.25]


def test_only_new_lines_are_read(run: Run) -> None:
    metrics = Metrics(run)
    for number in range(1, 4):
        write(run, step(number, 10.0 - number))
        assert metrics.update().steps["loss"].tolist() == [10.0 - n for n in range(1, number + 1)]


def test_an_incomplete_line_is_read_later(run: Run) -> None:
    path = run.folder / "metrics.jsonl"
    whole = json.dumps(step(2, 2.0)) + "\n"
    write(run, step(1))
    with path.open("a") as file:
        file.write(whole[:10])
    metrics = Metrics(run)
    assert len(metrics.update().steps) == 1
    with path.open("a") as file:
        file.write(whole[10:])
    assert metrics.update().steps["loss"].tolist() == [1.0, 2.0]


def test_repeated_steps_replace_the_earlier_ones(run: Run) -> None:
    write(run, step(1, 1.0), step(2, 2.0), step(3, 3.0), step(2, 20.0))
    metrics = Metrics(run).update()
    assert metrics.steps["step"].tolist() == [1, 2]
    assert metrics.steps["loss"].tolist() == [1.0, 20.0]


@pytest.mark.parametrize(
    "line", ["nonsense", "[]", "3", '{"kind": "step"}', '{"kind": "step", "step": "x"}', "[" * 9999,
             '{"kind": "step", "step": NaN}', '{"kind": ["step"], "step": 1}', "\xff"]
)  # fmt: skip
def test_damaged_lines_are_skipped(run: Run, line: str) -> None:
    write(run, step(1), line, step(2))
    assert Metrics(run).update().steps["step"].tolist() == [1, 2]


def test_a_replaced_file_is_read_from_its_start(run: Run) -> None:
    write(run, step(1), step(2))
    metrics = Metrics(run).update()
    path = run.folder / "metrics.jsonl"
    path.rename(run.folder / "old")
    write(run, step(1, 7.0), step(2, 7.0), step(3, 7.0))
    assert metrics.update().steps["loss"].tolist() == [7.0, 7.0, 7.0]
    write(run, step(1, 8.0), mode="w")  # truncated
    assert metrics.update().steps["loss"].tolist() == [8.0]
    path.unlink()
    assert len(metrics.update().steps) == 0


def test_a_later_column_is_nan_in_earlier_rows() -> None:
    table = Table("step")
    table.add({"step": 1})
    table.add({"step": 2, "loss": 3.0})
    table.add({"step": 4})
    assert np.isnan(table["loss"]).tolist() == [True, False, True]
    assert len(table) == 3


def test_the_number_of_columns_is_bounded() -> None:
    table = Table("step")
    table.add({"step": 1, **{f"c{number}": 1.0 for number in range(5000)}})
    assert len(table.names()) <= 200


def test_downsampled_values_are_means() -> None:
    assert downsample(np.array([1.0, 3.0, 5.0, 7.0]), 2).tolist() == [2.0, 6.0]
    assert downsample(np.arange(3.0), 3).tolist() == [0.0, 1.0, 2.0]
    long = np.random.default_rng(0).normal(size=20_000)
    assert len(downsample(long, 500)) == 500
    assert downsample(long, 500).mean() == pytest.approx(long.mean())


def test_smoothing_is_an_exponential_moving_average() -> None:
    assert smooth(np.array([4.0, 4.0, 4.0]), 0.9).tolist() == pytest.approx([4.0, 4.0, 4.0])
    assert smooth(np.array([0.0, 3.0]), 0.5).tolist() == pytest.approx([0.0, 2.0])
    assert smooth(np.array([1.0, 2.0]), 0).tolist() == [1.0, 2.0]
    averages = smooth(np.array([math.nan, 2.0, math.nan]), 0.5)
    assert np.isnan(averages[0]) and averages[1:].tolist() == [2.0, 2.0]
