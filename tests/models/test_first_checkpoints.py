"""Names in files of the first version: checkpoints and `.keras` files made then open now.

`first_checkpoints.json` holds, for models of several settings as the first version built them:
the paths and shapes of the weights in order (`weights.safetensors` names them, the order decides
what is what in `optimizer.safetensors`), the shapes of the seeds, the features, the state, the
inputs of the first step graph, and which weight is at which path of a `.keras` file.
"""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from musicgen.encoding.registry import encoding_from_json
from musicgen.models.build import StepsModel, build_model, step_models
from musicgen.models.classic import ClassicModel
from musicgen.models.settings import settings_from_json

pytestmark = pytest.mark.keras

CASES = json.loads((Path(__file__).parent / "first_checkpoints.json").read_text())


def _name(case: dict[str, Any]) -> str:
    optional = "-optional" if case["encoding"].get("velocity") else ""
    return f"{case['model']['kind']}-{case['encoding']['name']}{optional}"


@pytest.fixture(scope="module", params=CASES, ids=_name)
def case(request: pytest.FixtureRequest) -> tuple[dict[str, Any], StepsModel]:
    expected = request.param
    encoding = encoding_from_json(expected["encoding"])
    return expected, build_model(settings_from_json(expected["model"]), encoding)


def test_weights_have_their_paths_in_order(case: tuple[dict[str, Any], StepsModel]) -> None:
    expected, model = case
    weights = [[v.path, list(v.shape)] for v in model.trainable_variables]
    assert weights == expected["weights"]
    assert [list(v.shape) for v in model.non_trainable_variables] == expected["seeds"]


def test_step_graphs_take_the_same_inputs(case: tuple[dict[str, Any], StepsModel]) -> None:
    expected, model = case
    first = step_models(model)[0]
    assert {name: list(shape) for name, shape in first.state.items()} == expected["state"]
    assert list(first.input_shapes()) == expected["graph_inputs"]
    encoding = encoding_from_json(expected["encoding"])
    assert dict(encoding.feature_widths) == expected["features"]


def test_keras_files_have_their_paths(
    case: tuple[dict[str, Any], StepsModel], tmp_path: Path
) -> None:
    expected, model = case
    for i, variable in enumerate(model.trainable_variables):
        variable.assign(np.full(variable.shape, i))
    saved = model.network if isinstance(model, ClassicModel) else model
    saved.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        weights = h5py.File(io.BytesIO(archive.read("model.weights.h5")))
    indices: list[tuple[str, int]] = []

    def note(path: str, item: h5py.Dataset | h5py.Group) -> None:
        if isinstance(item, h5py.Dataset):
            indices.append((path, int(np.ravel(item)[0])))

    weights.visititems(note)
    assert sorted(map(list, indices)) == expected["keras_file"]
