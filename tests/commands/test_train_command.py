"""Command `train`: models, fine-tuning, resuming, and input that cannot be trained on."""

import io
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path

import pretty_midi
import pytest

from musicgen.cli import main
from musicgen.training.run_folder.registry import find_run
from tests.commands.run_command import answer_of
from tests.helpers.locations import ROOT
from tests.helpers.tiny_music import write_folder

pytestmark = pytest.mark.slow

TINY = "--encoding notes --epochs 2 --batch-size 4 --length 16".split()


@dataclass(frozen=True)
class Trained:
    """A run that the command `train` has trained, and what it printed to standard error."""

    run: str
    stderr: str


@pytest.fixture(scope="module")
def trained(music: Path, home: Path) -> Trained:
    """Trained in this process, which other tests of this file train in too."""
    shape = "--width 16 --layers 1 --number-format float32".split()
    with redirect_stderr(io.StringIO()) as stderr, redirect_stdout(io.StringIO()):
        assert main(["train", str(music), "--run", "trained", *shape, *TINY]) == 0
    return Trained("trained", stderr.getvalue())


def test_the_number_format_is_that_of_the_option(trained: Trained) -> None:
    run = find_run(trained.run)
    assert run.settings.train.number_format == "float32"
    assert run.status().device.startswith("CPU")
    assert "bfloat16" not in run.status().device  # which some CPUs multiply faster


def test_fine_tune_then_resume_with_smaller_batches(
    capsys: pytest.CaptureFixture[str], trained: Trained, music: Path, tmp_path: Path
) -> None:
    tuning = ["--run", "tuned", "--fine-tune", trained.run, "--epochs", "1"]
    answer = answer_of(capsys, "train", str(music), *tuning)
    assert (answer["status"], answer["epoch"]) == ("finished", 1)
    first, tuned = find_run(trained.run), find_run("tuned")
    assert tuned.settings.model == first.settings.model
    assert tuned.settings.start_from == trained.run
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
    arguments = [*shape.split(), *TINY, "--epochs", "1"]
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


def test_epochs_are_printed_to_the_terminal_and_the_log(trained: Trained) -> None:
    epochs = [line for line in trained.stderr.splitlines() if line.startswith("epoch ")]
    assert len(epochs) == 2
    log = (find_run(trained.run).folder / "log.txt").read_text()
    assert set(epochs) <= set(log.splitlines())


def test_a_trained_run_is_listed(capsys: pytest.CaptureFixture[str], trained: Trained) -> None:
    row = next(row for row in answer_of(capsys, "runs")["runs"] if row["name"] == trained.run)
    assert (row["status"], row["epoch"]) == ("finished", 2)
    assert row["valid_loss"] > 0 and row["loss"] > 0 and row["parameters"] > 0
    assert row["device"]


def test_a_trained_run_is_evaluated(capsys: pytest.CaptureFixture[str], trained: Trained) -> None:
    answer = answer_of(capsys, "evaluate", trained.run, "--split", "valid")
    assert 0 < answer["bits_per_note"] < 22
    assert set(answer["accuracy"]) == {"token"}
    assert answer["notes"] == 45 * answer["pieces"]
