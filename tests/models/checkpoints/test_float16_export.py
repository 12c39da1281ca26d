"""Float16 exports: half the size, similar logits, and weights to start a training from."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from musicgen.composing.decoding.onnx_model import OnnxModel
from musicgen.encoding.events import EventsEncoding
from musicgen.models.build import StepsModel, build_model
from musicgen.models.checkpoints.checkpoint import WEIGHTS, open_checkpoint
from musicgen.models.checkpoints.float16_export import with_float16_weights
from musicgen.models.checkpoints.step_graphs import seal_changed_graphs
from musicgen.models.checkpoints.writer import CheckpointWriter, load_weights, weights_of
from musicgen.models.settings import LstmSettings

pytestmark = pytest.mark.keras

ENCODING = EventsEncoding()


@pytest.fixture(scope="module")
def model() -> StepsModel:
    return build_model(LstmSettings(width=16, layers=2), ENCODING, seed=5)


@pytest.fixture(scope="module")
def folder(model: StepsModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("float16") / "c"
    CheckpointWriter(model, ENCODING).write(folder, {})
    return folder


@pytest.fixture
def rounded_folder(folder: Path, tmp_path: Path) -> Path:
    """The float16 export of the checkpoint."""
    rounded_folder = tmp_path / "float16"
    shutil.copytree(folder, rounded_folder)
    weights = load_file(rounded_folder / WEIGHTS)
    checkpoint = open_checkpoint(rounded_folder)
    for graph in checkpoint.graphs:
        graph.write_bytes(with_float16_weights(graph.read_bytes(), weights))
    (rounded_folder / WEIGHTS).unlink()
    seal_changed_graphs(checkpoint)
    return rounded_folder


def test_export_is_half_as_large_with_similar_logits(folder: Path, rounded_folder: Path) -> None:
    sizes = [(folder / "step.onnx").stat().st_size, (rounded_folder / "step.onnx").stat().st_size]
    assert sizes[1] < 0.6 * sizes[0]
    nothing = {
        name: np.zeros((1, width), np.float32) for name, width in ENCODING.feature_widths.items()
    }
    whole, rounded = (OnnxModel(open_checkpoint(f)).start(1) for f in (folder, rounded_folder))
    drawn = np.zeros((1, 0), np.int32)
    difference = whole.logits(nothing, drawn) - rounded.logits(nothing, drawn)
    assert 0 < np.abs(difference).max() < 1e-2


def test_weights_are_loaded_from_exported_graphs(
    model: StepsModel, folder: Path, rounded_folder: Path
) -> None:
    expected = weights_of(model)
    loaded = []
    for written in (folder, rounded_folder):
        for variable in model.trainable_variables:
            variable.assign(np.full(variable.shape, 99))
        load_weights(model, written)
        loaded.append(weights_of(model))
    assert all(np.array_equal(loaded[0][name], value) for name, value in expected.items())
    assert set(expected) == set(loaded[1])
    for name, value in expected.items():
        assert np.allclose(loaded[1][name], value, rtol=1e-3, atol=1e-4)
