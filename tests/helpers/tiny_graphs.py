"""A checkpoint with step graphs of a few nodes: real ONNX, random weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from musicgen.encoding.events import EventsEncoding
from musicgen.encoding.steps import Encoding
from musicgen.models.checkpoints.checkpoint import Checkpoint
from musicgen.models.checkpoints.seal import write_seal
from musicgen.models.settings import LstmSettings, ModelSettings

WIDTH = 16
MODEL = LstmSettings(width=WIDTH, layers=1)


def tiny_checkpoint(
    folder: Path, encoding: Encoding | None = None, seed: int = 0, model: ModelSettings = MODEL
) -> Checkpoint:
    """Write sealed graphs of a small recurrent network; later fields add what is drawn.

    state = hidden = tanh(before A + features B + state C), logits = hidden D + drawn E. The
    graphs are the same for all models.
    """
    encoding = encoding or EventsEncoding()
    rng = np.random.default_rng(seed)
    graphs = []
    for index, field in enumerate(encoding.fields):
        graphs.append(folder / ("step.onnx" if index == 0 else f"step_{field.name}.onnx"))
        graphs[-1].write_bytes(_graph(encoding, index, rng).SerializeToString())
    state = {"state": (WIDTH,)}
    write_seal(folder, state, {path.name: path.read_bytes() for path in graphs})
    return Checkpoint(folder, encoding, model, state, tuple(graphs), (), {})


def _graph(encoding: Encoding, index: int, rng: np.random.Generator) -> onnx.ModelProto:
    count, size = len(encoding.fields), encoding.fields[index].size
    features = dict(encoding.feature_widths)
    weights, nodes = {}, []

    def product(value: str, width: int, out: str, columns: int, scale: float) -> None:
        weights[f"w_{out}"] = (rng.normal(size=(width, columns)) * scale).astype(np.float32)
        nodes.append(helper.make_node("MatMul", [value, f"w_{out}"], [out]))

    def cast(value: str) -> str:
        nodes.append(helper.make_node("Cast", [value], [f"{value}_f"], to=TensorProto.FLOAT))
        return f"{value}_f"

    inputs = {"before": (TensorProto.INT32, count)}
    inputs |= {name: (TensorProto.FLOAT, width) for name, width in features.items()}
    if index == 0:
        inputs["state"] = (TensorProto.FLOAT, WIDTH)
        product(cast("before"), count, "a", WIDTH, 0.02)
        product("state", WIDTH, "c", WIDTH, 0.8)
        total = "a_c"
        nodes.append(helper.make_node("Add", ["a", "c"], [total]))
        for name, width in features.items():
            product(name, width, f"b_{name}", WIDTH, 0.002)
            nodes.append(helper.make_node("Add", [total, f"b_{name}"], [f"{total}_{name}"]))
            total = f"{total}_{name}"
        nodes.append(helper.make_node("Tanh", [total], ["hidden"]))
        nodes.append(helper.make_node("Identity", ["hidden"], ["state_out"]))
        product("hidden", WIDTH, "logits", size, 2.0)
        outputs = {"logits": size, "hidden": WIDTH, "state_out": WIDTH}
    else:
        inputs |= {"hidden": (TensorProto.FLOAT, WIDTH), "drawn": (TensorProto.INT32, index)}
        product("hidden", WIDTH, "m", size, 2.0)
        product(cast("drawn"), index, "d", size, 0.02)
        nodes.append(helper.make_node("Add", ["m", "d"], ["logits"]))
        outputs = {"logits": size}
    return _model(nodes, inputs, outputs, weights)


def _model(
    nodes: list[onnx.NodeProto],
    inputs: dict[str, tuple[int, int]],
    outputs: dict[str, int],
    weights: dict[str, np.ndarray],
) -> onnx.ModelProto:
    """A model of float32 outputs; inputs: kind and width by name, outputs: width by name."""
    graph = helper.make_graph(
        nodes,
        "step",
        [helper.make_tensor_value_info(n, t, [None, w]) for n, (t, w) in inputs.items()],
        [
            helper.make_tensor_value_info(n, TensorProto.FLOAT, [None, w])
            for n, w in outputs.items()
        ],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    opset = [helper.make_opsetid("", 18)]
    return helper.make_model(graph, opset_imports=opset, ir_version=9)
