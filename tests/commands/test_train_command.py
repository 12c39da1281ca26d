"""`train`: other models, other runs to begin from, and going on."""

import shutil
from dataclasses import replace
from pathlib import Path

import pretty_midi
import pytest

from musicgen.training.run_folder.registry import find_run
from tests.helpers.run_command import answer_of, trained_here

pytestmark = pytest.mark.slow


def test_fine_tuned_and_resumed_in_smaller_batches(
    capsys: pytest.CaptureFixture[str], trained: str, music: Path, tmp_path: Path
) -> None:
    tuning = ["--run", "tuned", "--fine-tune", trained, "--epochs", "1"]
    answer = trained_here(capsys, str(music), *tuning)
    assert (answer["status"], answer["epoch"]) == ("finished", 1)
    first, tuned = find_run(trained), find_run("tuned")
    assert tuned.settings.model == first.settings.model
    assert tuned.settings.start_from == trained
    assert tuned.settings.train == replace(
        first.settings.train, epochs=1, learning_rate=first.settings.train.learning_rate / 5
    )
    # It begins where the other was at its best, not anew.
    began = next(line["loss"] for line in first.metrics() if line["kind"] == "epoch")
    assert answer["loss"] < began
    more = ["--resume", "--epochs", "2", "--batch-size", "2"]
    moved = shutil.copytree(music, tmp_path / "moved")
    answer = trained_here(capsys, str(moved), "--run", "tuned", *more)
    assert (answer["status"], answer["epoch"]) == ("finished", 2)
    assert tuned.settings.source == str(moved)
    assert tuned.settings.train.batch_size == 2


def test_transformer(capsys: pytest.CaptureFixture[str], music: Path, tmp_path: Path) -> None:
    shape = "--model transformer --width 16 --layers 1 --heads 2 --context 16 --average 0.9"
    arguments = [*shape.split(), *"--epochs 1 --batch-size 4 --length 16".split()]
    answer = trained_here(capsys, str(music), "--run", "attentive", *arguments)
    assert answer["status"] == "finished"
    out = tmp_path / "piece.mid"
    answer_of(capsys, "compose", "attentive", "--out", str(out), "--notes", "40", "--seed", "3")
    assert len(pretty_midi.PrettyMIDI(str(out)).instruments[0].notes) > 20
