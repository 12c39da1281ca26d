"""Command `train`: models, fine-tuning, resuming, and input that cannot be trained on."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pretty_midi
import pytest

from musicgen.training.run_folder.registry import find_run
from tests.commands.run_command import answer_of
from tests.helpers.locations import ROOT
from tests.helpers.tiny_music import write_folder

pytestmark = pytest.mark.slow


def test_fine_tune_then_resume_with_smaller_batches(
    capsys: pytest.CaptureFixture[str], trained: str, music: Path, tmp_path: Path
) -> None:
    tuning = ["--run", "tuned", "--fine-tune", trained, "--epochs", "1"]
    answer = answer_of(capsys, "train", str(music), *tuning)
    assert (answer["status"], answer["epoch"]) == ("finished", 1)
    first, tuned = find_run(trained), find_run("tuned")
    assert tuned.settings.model == first.settings.model
    assert tuned.settings.start_from == trained
    assert tuned.settings.train == replace(
        first.settings.train, epochs=1, learning_rate=first.settings.train.learning_rate / 5
    )
    # It starts with the other run's weights, so its first loss is lower.
    first_loss = next(line["loss"] for line in first.metrics() if line["kind"] == "epoch")
    assert answer["loss"] < first_loss
    more = ["--resume", "--epochs", "2", "--batch-size", "2"]
    elsewhere = shutil.copytree(music, tmp_path / "elsewhere")
    answer = answer_of(capsys, "train", str(elsewhere), "--run", "tuned", *more)
    assert (answer["status"], answer["epoch"]) == ("finished", 2)
    assert tuned.settings.source == str(elsewhere)
    assert tuned.settings.train.batch_size == 2


def test_transformer(capsys: pytest.CaptureFixture[str], music: Path, tmp_path: Path) -> None:
    shape = "--model transformer --width 16 --layers 1 --heads 2 --context 16 --average 0.9"
    arguments = [*shape.split(), *"--epochs 1 --batch-size 4 --length 16".split()]
    answer = answer_of(capsys, "train", str(music), "--run", "transformer", *arguments)
    assert answer["status"] == "finished"
    out = tmp_path / "piece.mid"
    answer_of(capsys, "compose", "transformer", "--out", str(out), "--notes", "40", "--seed", "3")
    assert len(pretty_midi.PrettyMIDI(str(out)).instruments[0].notes) > 20


def test_too_little_music_is_one_line(tmp_path: Path) -> None:
    """TensorFlow's own lines go to the run's log."""
    folder = write_folder(tmp_path / "empty", count=1, notes=0)
    home = tmp_path / "home"
    done = subprocess.run(
        [sys.executable, "-m", "musicgen", "train", str(folder), "--run", "small"],
        cwd=ROOT,
        env=os.environ | {"MUSICGEN_HOME": str(home), "TF_CPP_MIN_LOG_LEVEL": "0"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("musicgen train: ") and done.stderr.count("\n") == 1
    assert "too little music" in done.stderr
    log = (home / "runs" / "small" / "log.txt").read_text()
    assert len(log.splitlines()) > 1 and "Traceback" not in log


def test_epochs_are_printed_to_the_terminal_and_the_log(music: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shape = "--width 8 --layers 1 --encoding notes --epochs 2 --batch-size 4 --length 16".split()
    done = subprocess.run(
        [sys.executable, "-m", "musicgen", "train", str(music), "--run", "tiny", *shape],
        cwd=ROOT,
        env=os.environ | {"MUSICGEN_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    epochs = [line for line in done.stderr.splitlines() if line.startswith("epoch ")]
    assert len(epochs) == 2
    log = (home / "runs" / "tiny" / "log.txt").read_text()
    assert set(epochs) <= set(log.splitlines())
