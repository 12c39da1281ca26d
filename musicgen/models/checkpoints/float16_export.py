"""Export of checkpoints at half the size: every weight once, as float16, in the step graphs.

A graph casts its weights to float32 when it is loaded, so that composing is as fast as before;
its arithmetic is that of the rounded weights in float32.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT16_SUFFIX = "/float16"  # of the name of a weight that is stored as float16
MIN_SIZE = 1024  # numbers; smaller weights stay float32


def with_float16_weights(graph: bytes, weights: Collection[str]) -> bytes:
    """The graph with its large weights stored as float16; weights: the paths of all of them."""
    model = onnx.load_model_from_string(graph)
    casts = []
    for tensor in model.graph.initializer:
        name = tensor.name
        if name not in weights or np.prod(tensor.dims) < MIN_SIZE:
            continue
        rounded = numpy_helper.to_array(tensor).astype(np.float16)
        tensor.CopyFrom(numpy_helper.from_array(rounded, name + FLOAT16_SUFFIX))
        casts.append(
            helper.make_node("Cast", [name + FLOAT16_SUFFIX], [name], to=TensorProto.FLOAT)
        )
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model.SerializeToString()


def weights_of_graphs(graphs: Iterable[bytes]) -> dict[str, np.ndarray]:
    """The initializers of step graphs by name, as float32: weights by path, and constants."""
    weights = {}
    for graph in graphs:
        for tensor in onnx.load_model_from_string(graph).graph.initializer:
            name = tensor.name.removesuffix(FLOAT16_SUFFIX)
            weights[name] = numpy_helper.to_array(tensor).astype(np.float32)
    return weights
