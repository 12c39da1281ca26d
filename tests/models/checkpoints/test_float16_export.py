"""Packed checkpoints: half the size, nearly the same numbers, and a start for a training."""

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
from musicgen.models.checkpoints.writer import CheckpointWriter, load_weights, weights_of
from musicgen.models.settings import LstmSettings

ENCODING = EventsEncoding()


@pytest.fixture(scope="module")
def model() -> StepsModel:
    return build_model(LstmSettings(width=24, layers=1), ENCODING, seed=5)


@pytest.fixture(scope="module")
def folder(model: StepsModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed") / "c"
    CheckpointWriter(model, ENCODING).write(folder, {})
    return folder


@pytest.fixture
def half(folder: Path, tmp_path: Path) -> Path:
    """The same checkpoint, packed."""
    half = tmp_path / "half"
    shutil.copytree(folder, half)
    weights = load_file(half / WEIGHTS)
    for graph in open_checkpoint(half).graphs:
        graph.write_bytes(with_float16_weights(graph.read_bytes(), weights))
    (half / WEIGHTS).unlink()
    return half


def test_packed_is_half_and_steps_alike(folder: Path, half: Path) -> None:
    sizes = [(folder / "step.onnx").stat().st_size, (half / "step.onnx").stat().st_size]
    assert sizes[1] < 0.6 * sizes[0]
    nothing = {
        name: np.zeros((1, width), np.float32) for name, width in ENCODING.feature_widths.items()
    }
    whole, rounded = (OnnxModel(open_checkpoint(f)).start(1) for f in (folder, half))
    drawn = np.zeros((1, 0), np.int32)
    difference = whole.logits(nothing, drawn) - rounded.logits(nothing, drawn)
    assert 0 < np.abs(difference).max() < 1e-2


def test_weights_come_back_from_packed_graphs(model: StepsModel, folder: Path, half: Path) -> None:
    wanted = weights_of(model)
    found = []
    for written in (folder, half):
        for variable in model.trainable_variables:
            variable.assign(np.full(variable.shape, 99))
        load_weights(model, written)
        found.append(weights_of(model))
    assert all(np.array_equal(found[0][name], value) for name, value in wanted.items())
    assert set(wanted) == set(found[1])
    for name, value in wanted.items():
        assert np.allclose(found[1][name], value, rtol=1e-3, atol=1e-4)
