"""Half-size checkpoints for shipping: every weight once, as float16, in the step graphs alone.

A graph turns its weights into float32 when it is loaded, so that composing is as fast as ever;
its arithmetic is that of the rounded weights in float32.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ROUNDED = "/float16"  # behind the name of a weight that is stored rounded
SMALL = 1024  # numbers; smaller weights stay as they are


def packed(graph: bytes, weights: Collection[str]) -> bytes:
    """The same graph with those of its weights that are large stored as float16."""
    model = onnx.load_model_from_string(graph)
    casts = []
    for tensor in model.graph.initializer:
        name = tensor.name
        if name not in weights or np.prod(tensor.dims) < SMALL:
            continue
        rounded = numpy_helper.to_array(tensor).astype(np.float16)
        tensor.CopyFrom(numpy_helper.from_array(rounded, name + ROUNDED))
        casts.append(helper.make_node("Cast", [name + ROUNDED], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model.SerializeToString()


def weights_in_graphs(graphs: Iterable[Path]) -> dict[str, np.ndarray]:
    """The weights of step graphs, packed or not, by the path of their variable, as float32."""
    found = {}
    for path in graphs:
        for tensor in onnx.load_model_from_string(path.read_bytes()).graph.initializer:
            name = tensor.name.removesuffix(ROUNDED)
            found[name] = numpy_helper.to_array(tensor).astype(np.float32)
    return found
