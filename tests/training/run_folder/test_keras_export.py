"""A run as a file that Keras can open."""

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

from musicgen.corpus.user.user_collections import import_source
from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.steps import Encoding
from musicgen.errors import Cancelled
from musicgen.models.build import StepsModel, build_model
from musicgen.models.checkpoints.checkpoint import WEIGHTS
from musicgen.models.checkpoints.writer import weights_of
from musicgen.models.settings import ClassicSettings, LstmSettings, ModelSettings
from musicgen.training.data.windows import Windows
from musicgen.training.run_folder.keras_export import (
    KerasExportFailed,
    keras_file,
    keras_file_name,
    opens_without_package,
)
from musicgen.training.run_folder.registry import create_run
from musicgen.training.run_folder.run import Run
from musicgen.training.settings import RunSettings, TrainSettings
from musicgen.training.worker.process import train_run
from tests.helpers.tiny_music import tiny_pieces, write_folder
from tests.helpers.tiny_runs import write_run

pytestmark = pytest.mark.slow

# What a person would type; it prints the logits of one window.
OPENING = """
import json, sys
import numpy as np
import musicgen.models.sequence
import keras
model = keras.saving.load_model(sys.argv[1])
inputs = {name: array for name, array in np.load(sys.argv[2]).items()}
print(json.dumps({name: np.asarray(logits).tolist() for name, logits in model(inputs).items()}))
"""


def trained(folder: Path, model: ModelSettings, encoding: str) -> Run:
    import_source(write_folder(folder / "tunes"))
    train = TrainSettings(epochs=1, batch_size=4, length=16)
    run = create_run(RunSettings("old", "tunes", encoding, model, train))
    assert train_run(run) == "finished"
    return run


def written(runs: Path, model: StepsModel, encoding: Encoding) -> Run:
    """A run whose checkpoint holds the model's weights, each of them drawn anew.

    The first biases of all models are alike: lost ones would not be missed.
    """
    rng = np.random.default_rng(3)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(0, 0.3, variable.shape))
    run = Run(write_run(runs, "old", encoding=encoding, model=model.settings))
    save_file(weights_of(model), run.checkpoint() / WEIGHTS)
    return run


def test_classic_is_opened_by_keras_alone(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")  # as `keras_file` sets it for its process
    run = trained(tmp_path, ClassicSettings(width=8, layers=2, dense=8, window=20), "notes")
    assert opens_without_package(run)
    assert keras_file_name(run).startswith("my_weights-improvement=01-")
    file = tmp_path / "model.keras"
    from musicgen.models.checkpoints.keras_file import write_keras_file

    write_keras_file(run.checkpoint(), file)  # what the process of `keras_file` does
    opened = keras.models.load_model(file)
    stored = load_file(run.checkpoint() / WEIGHTS)
    found = sorted(float(np.asarray(v).sum()) for v in opened.get_weights())
    assert found == pytest.approx(sorted(float(v.sum()) for v in stored.values()), rel=1e-5)


def test_another_process_opens_an_lstm_and_predicts_the_same(tmp_path: Path, monkeypatch) -> None:
    encoding = EventsEncoding()
    model = build_model(LstmSettings(8, 2), encoding)
    run = written(tmp_path, model, encoding)
    assert not opens_without_package(run)
    assert keras_file_name(run) == "old.keras"
    file, window = tmp_path / "model.keras", tmp_path / "window.npz"
    file.write_bytes(keras_file(run))

    steps = encoding.encode(tiny_pieces()[0])
    inputs = next(Windows([steps], encoding, 32, 1).in_order())[0]
    np.savez(window, **inputs)
    command = [sys.executable, "-c", OPENING, str(file), str(window)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert set(found) == {"shift", "pitch", "duration"}
    for field, logits in model(inputs).items():
        assert np.abs(np.array(found[field]) - logits).max() < 1e-6

    begun: list[subprocess.Popen] = []
    real = subprocess.Popen

    def remembered(*arguments: Any, **options: Any) -> subprocess.Popen:
        begun.append(real(*arguments, **options))
        return begun[-1]

    def cancel(done: int, total: int) -> None:
        raise Cancelled

    monkeypatch.setattr(subprocess, "Popen", remembered)
    with pytest.raises(Cancelled):
        keras_file(run, cancel)
    assert begun[0].returncode == -signal.SIGKILL  # nobody waits for Keras to be loaded

    (run.checkpoint() / WEIGHTS).write_bytes(b"nothing")
    with pytest.raises(KerasExportFailed, match=r"weights\.safetensors"):
        keras_file(run)
