"""A latest checkpoint that is damaged: training goes on from the best one."""

import shutil
from pathlib import Path

import pytest

from musicgen.file_hashes import write_hashes
from musicgen.files import write_json
from musicgen.models.checkpoints.checkpoint import BadCheckpoint, open_checkpoint
from musicgen.training.run_folder.checkpoints import replace_damaged_latest
from musicgen.training.run_folder.run import Run
from tests.helpers.tiny_runs import write_run


def two_checkpoints(folder: Path) -> Run:
    run = Run(write_run(folder / "runs", checkpoints=("epoch-0001", "epoch-0002")))
    parent = run.folder / "checkpoints"
    for checkpoint in parent.glob("*/"):
        (checkpoint / "optimizer.safetensors").write_bytes(checkpoint.name.encode())
        write_hashes(checkpoint, [path.name for path in checkpoint.iterdir()])
    write_json(parent / "best.json", {"checkpoint": "epoch-0001"})
    return run


def test_the_best_checkpoint_becomes_the_latest(tmp_path: Path) -> None:
    run = two_checkpoints(tmp_path)
    assert replace_damaged_latest(run) == ""
    (run.checkpoint("latest") / "optimizer.safetensors").write_bytes(b"x")
    said = replace_damaged_latest(run)
    assert said == "checkpoint epoch-0002 is damaged: the training goes on from epoch-0001"
    assert run.checkpoint("latest").name == "epoch-0001"


def test_without_another_checkpoint_the_damage_is_named(tmp_path: Path) -> None:
    run = two_checkpoints(tmp_path)
    shutil.rmtree(run.folder / "checkpoints" / "epoch-0001")
    (run.checkpoint("latest") / "optimizer.safetensors").write_bytes(b"x")
    with pytest.raises(BadCheckpoint, match="epoch-0002 is damaged, and there is no other"):
        replace_damaged_latest(run)


def test_damage_names_the_checkpoint_that_is_whole(tmp_path: Path) -> None:
    run = two_checkpoints(tmp_path)
    (run.checkpoint("latest") / "vocabulary.json").write_bytes(b"{}")
    with pytest.raises(BadCheckpoint, match=r"damaged.*; tiny@epoch-0001 is whole"):
        open_checkpoint(run.checkpoint("latest"))
