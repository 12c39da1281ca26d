"""List of a model's layers and parameters as JSON: `python -m musicgen.models.describe`.

Reads settings and encoding as JSON from standard input. A process of its own, since the web
server does not import Keras.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # GPUs are for trainings

import musicgen.models.keras_import  # noqa: F401

# isort: split
from musicgen.encoding.registry import encoding_from_json
from musicgen.models.build import StepsModel, build_model
from musicgen.models.classic import ClassicModel
from musicgen.models.settings import settings_from_json


def describe(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Build the model and list its layers, in the order in which they are called.

    Layers of one depth take the outputs of the depth before, and not each other's.
    """
    model = build_model(settings_from_json(entry["model"]), encoding_from_json(entry["encoding"]))
    depths = enumerate(_stages(model))
    rows = [_row(layer, depth) for depth, layers in depths for layer in layers]
    return {"parameters": model.count_params(), "layers": rows}


def _stages(model: StepsModel) -> Iterator[list[Any]]:
    """Embeddings and feature layers, then the backbone layer by layer, then the heads.

    Of `classic`, the layers one by one.
    """
    if isinstance(model, ClassicModel):
        yield from ([layer] for layer in model.network.layers)
        return
    yield [*model.embeddings.values(), *model.feature_encoder.feature_layers]
    yield from ([layer] for layer in model.backbone.layers)
    yield list(model.heads)


def _row(layer: Any, depth: int) -> dict[str, Any]:
    return {
        "depth": depth,
        "name": layer.name,
        "kind": type(layer).__name__,
        "shape": _shape(layer),
        "parameters": layer.count_params(),
    }


def _shape(layer: Any) -> str:
    """The shape of a layer's output, or its last axis where the layer is called by hand."""
    try:
        return " x ".join(str(size or "batch") for size in layer.output.shape)
    except AttributeError:  # Keras knows outputs of functional models alone
        size = getattr(layer, "units", None) or getattr(layer, "output_dim", None)
        return str(size or getattr(layer, "size", ""))


if __name__ == "__main__":
    print(json.dumps(describe(json.load(sys.stdin))))
