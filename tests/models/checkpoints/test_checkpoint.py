"""Damaged and foreign checkpoints are refused with a reason."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from musicgen.models.checkpoints.checkpoint import BadCheckpoint, open_checkpoint
from musicgen.training.run_folder.run import Run
from tests.helpers.tiny_runs import write_run


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return Run(write_run(tmp_path / "runs")).checkpoint()


def _config(change: Callable[[dict], object]) -> Callable[[Path], object]:
    def apply(folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text())
        change(config)
        (folder / "config.json").write_text(json.dumps(config))

    return apply


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda f: (f / "config.json").unlink(), "config.json cannot be read: No such file"),
        (lambda f: (f / "vocabulary.json").unlink(), "vocabulary.json cannot be read"),
        (lambda f: (f / "step_pitch.onnx").unlink(), "step_pitch.onnx is missing"),
        (lambda f: (f / "config.json").write_bytes(b'{"format": 1, "mod'), "truncated"),
        (lambda f: (f / "config.json").write_text("[]"), "Expected `object`"),
        (lambda f: (f / "config.json").write_text("[" * 100_000), "config.json cannot be read"),
        (lambda f: (f / "vocabulary.json").write_text('{"name": "remi"}'), "'remi' is not one"),
        (_config(lambda c: c.update(format=99)), "format 99 is not 1"),
        (_config(lambda c: c.pop("state")), "missing required field `state`"),
        (_config(lambda c: c["model"].update(kind="oracle")), "model 'oracle' is not one of"),
        (_config(lambda c: c["model"].update(width=-1)), "width -1 is not between"),
        (_config(lambda c: c["model"].update(width="8")), "Expected `int`, got `str`"),
        (_config(lambda c: c["model"].update(dropout=float("nan"))), "config.json cannot be read"),
        (_config(lambda c: c["model"].update(wide=True)), "has no setting wide"),
        (_config(lambda c: c.update(state={"h": [2**40]})), "the state 'h' is too large"),
        (_config(lambda c: c.update(state={"h": [-1]})), "Expected `int` >= 0"),
        (_config(lambda c: c.update(state={"h": [1] * 5})), "length <= 4"),
        (_config(lambda c: c.update(graphs=["../../step.onnx"])), "matching regex"),
        (_config(lambda c: c.update(graphs=["step.onnx"])), "1 graphs for 3 fields"),
        (_config(lambda c: c.update(graphs=7)), "Expected `array`"),
        (lambda f: (f / "primers.json").write_text('{"primers": [[[0, 0]]]}'), "a primer is not"),
        (lambda f: (f / "primers.json").write_text('{"primers": [[[0, 88, 0]]]}'), "a primer"),
    ],
)
def test_a_damaged_checkpoint_is_refused(
    written: Path, tmp_path: Path, damage: Callable[[Path], object], reason: str
) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(written, folder)
    open_checkpoint(folder)
    damage(folder)
    with pytest.raises(BadCheckpoint, match=reason):
        open_checkpoint(folder)


def test_a_missing_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCheckpoint, match="no checkpoint"):
        open_checkpoint(tmp_path / "nothing")
