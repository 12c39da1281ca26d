"""A `classic` run as a file that Keras alone can open."""

import json
from pathlib import Path

import pytest
from tiny_music import write_folder

from musicgen.corpus.shelf import import_folder
from musicgen.models.settings import ClassicSettings, LstmSettings
from musicgen.training.keras_export import exports, keras_file, keras_file_name
from musicgen.training.process import train_run
from musicgen.training.run import Run, create_run
from musicgen.training.settings import RunSettings, TrainSettings


def test_other_models_are_not_offered(tmp_path: Path) -> None:
    settings = RunSettings("x", "y", model=LstmSettings())
    (tmp_path / "run.json").write_text(json.dumps(settings.to_json()))
    assert not exports(Run(tmp_path))


@pytest.mark.slow
def test_keras_opens_it_and_finds_the_weights(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("MUSICGEN_HOME", str(tmp_path / "home"))
    import_folder(write_folder(tmp_path / "tunes"))
    model = ClassicSettings(width=8, layers=2, dense=8, window=20)
    run = create_run(RunSettings("old", "tunes", "notes", model, TrainSettings(epochs=1)))
    assert train_run(run) == "finished"
    assert exports(run)
    assert keras_file_name(run).startswith("my_weights-improvement=01-")
    file = tmp_path / "model.keras"
    file.write_bytes(keras_file(run))

    import keras
    import numpy as np
    from safetensors.numpy import load_file

    opened = keras.models.load_model(file)
    stored = load_file(run.checkpoint() / "weights.safetensors")
    found = sorted(float(np.asarray(v).sum()) for v in opened.get_weights())
    assert found == pytest.approx(sorted(float(v.sum()) for v in stored.values()), rel=1e-5)
