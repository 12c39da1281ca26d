"""Export of a run to a `.keras` file, opened again by Keras."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from musicgen.encoding.notes import NotesEncoding
from musicgen.errors import Cancelled
from musicgen.models.build import StepsModel, build_model
from musicgen.models.checkpoints.checkpoint import CONFIG, WEIGHTS
from musicgen.models.checkpoints.writer import weights_of
from musicgen.models.settings import ClassicSettings, LstmSettings
from musicgen.training.data.windows import Windows
from musicgen.training.run_folder.keras_export import (
    KerasExportFailed,
    keras_file,
    keras_file_name,
    opens_without_package,
)
from musicgen.training.run_folder.run import Run
from tests.commands.run_command import answer_of
from tests.helpers.tiny_music import tiny_pieces
from tests.helpers.tiny_runs import write_run

pytestmark = pytest.mark.slow

NOTES = NotesEncoding.for_scores(tiny_pieces())  # Keras builds its models fastest

# Opens an exported file as a person would, and prints the logits of one window.
OPENING = """
import json, sys
import numpy as np
import musicgen.models.sequence
import keras
model = keras.saving.load_model(sys.argv[1])
inputs = {name: array for name, array in np.load(sys.argv[2]).items()}
print(json.dumps({name: np.asarray(logits).tolist() for name, logits in model(inputs).items()}))
"""


def run_with_weights(runs: Path, model: StepsModel) -> Run:
    """A run whose checkpoint holds random weights, assigned to the model as well.

    Initial biases are the same in all models, so a test could not see that they are lost.
    """
    rng = np.random.default_rng(3)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(0, 0.3, variable.shape))
    run = Run(write_run(runs, "old", encoding=NOTES, model=model.settings))
    save_file(weights_of(model), run.checkpoint() / WEIGHTS)
    return run


def test_keras_opens_classic_without_this_package(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")  # as in the process of `keras_file`
    model = build_model(ClassicSettings(width=8, layers=2, dense=8, window=20), NOTES)
    run = run_with_weights(tmp_path, model)
    assert opens_without_package(run)
    assert keras_file_name(run).startswith("my_weights-improvement=02-")
    file = tmp_path / "model.keras"
    from musicgen.models.checkpoints.keras_file import write_keras_file

    write_keras_file(run.checkpoint(), file)  # what the process of `keras_file` does
    opened = keras.models.load_model(file)
    stored = load_file(run.checkpoint() / WEIGHTS)
    sums = sorted(float(np.asarray(v).sum()) for v in opened.get_weights())
    assert sums == pytest.approx(sorted(float(v.sum()) for v in stored.values()), rel=1e-5)


def test_another_process_opens_an_lstm_with_the_same_logits(
    tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path))
    model = build_model(LstmSettings(8, 1), NOTES)
    run = run_with_weights(tmp_path / "runs", model)
    assert not opens_without_package(run)
    assert keras_file_name(run) == "old.keras"
    file, window = tmp_path / "model.keras", tmp_path / "window.npz"
    answer_of(capsys, "runs", "export", "old", "--out", str(file))

    steps = NOTES.encode(tiny_pieces()[0])
    inputs = next(Windows([steps], NOTES, 32, 1).in_order())[0]
    np.savez(window, **inputs)
    command = [sys.executable, "-c", OPENING, str(file), str(window)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    logits_there = json.loads(done.stdout.splitlines()[-1])
    assert set(logits_there) == {"token"}
    for field, logits in model(inputs).items():
        assert np.abs(np.array(logits_there[field]) - logits).max() < 1e-6

    processes: list[subprocess.Popen] = []
    popen = subprocess.Popen

    def recording_popen(*arguments: Any, **options: Any) -> subprocess.Popen:
        processes.append(popen(*arguments, **options))
        return processes[-1]

    def cancel(done: int, total: int) -> None:
        raise Cancelled

    monkeypatch.setattr(subprocess, "Popen", recording_popen)
    with pytest.raises(Cancelled):
        keras_file(run, cancel)
    assert processes[0].returncode == -signal.SIGKILL  # without waiting for Keras to load

    (run.checkpoint() / CONFIG).write_bytes(b"nothing")
    with pytest.raises(KerasExportFailed, match=r"config\.json"):
        keras_file(run)
