"""`python -m musicgen.models.describe`: a model's layers and parameters as JSON.

Settings and encoding come as JSON on standard input.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # a card is for trainings

from musicgen.encoding.registry import encoding_from_json
from musicgen.models.build import build_model
from musicgen.models.classic import ClassicModel
from musicgen.models.settings import settings_from_json


def describe(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Build the model and name its layers, in order of their use."""
    model = build_model(settings_from_json(entry["model"]), encoding_from_json(entry["encoding"]))
    rows = [_row(layer) for layer in _layers(model)]
    return {"parameters": model.count_params(), "layers": rows}


def _layers(model: Any) -> Iterator[Any]:
    """The notebook's layers one by one; of other models their parts."""
    if isinstance(model, ClassicModel):
        yield from model.network.layers
        return
    yield from model.embeddings.values()
    yield from model.ear.senses
    yield from getattr(model.memory, "layers", [model.memory])
    yield from model.heads


def _row(layer: Any) -> dict[str, Any]:
    return {
        "name": layer.name,
        "kind": type(layer).__name__,
        "shape": _shape(layer),
        "parameters": layer.count_params(),
    }


def _shape(layer: Any) -> str:
    try:
        return " x ".join(str(size or "batch") for size in layer.output.shape)
    except AttributeError:  # a layer of a model that is no graph of layers
        size = getattr(layer, "units", None) or getattr(layer, "output_dim", None)
        return str(size or getattr(layer, "size", ""))


if __name__ == "__main__":
    print(json.dumps(describe(json.load(sys.stdin))))
