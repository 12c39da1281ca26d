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
    """Build the model and name its layers, in order of their use.

    Those of one stage hear of those of the stage before, and not of each other.
    """
    model = build_model(settings_from_json(entry["model"]), encoding_from_json(entry["encoding"]))
    stages = enumerate(_stages(model))
    rows = [_row(layer, stage) for stage, layers in stages for layer in layers]
    return {"parameters": model.count_params(), "layers": rows}


def _stages(model: Any) -> Iterator[list[Any]]:
    """The notebook's layers one by one; of other models what hears, what remembers, the heads."""
    if isinstance(model, ClassicModel):
        yield from ([layer] for layer in model.network.layers)
        return
    yield [*model.embeddings.values(), *model.ear.senses]
    yield from ([layer] for layer in getattr(model.memory, "layers", [model.memory]))
    yield list(model.heads)


def _row(layer: Any, stage: int) -> dict[str, Any]:
    return {
        "stage": stage,
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
