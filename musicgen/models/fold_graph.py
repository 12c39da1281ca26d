"""Embeddings multiplied out: a step graph that reads fewer weights.

One step at a time a matrix product costs the reading of its matrix. Where embeddings are joined
and multiplied with a matrix, each one's share of the product is a table that follows from the
weights alone: looking up its row takes the place of reading the matrix rows. The tables are
larger than what they replace, so this is done when a graph is opened and not when it is stored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import helper, numpy_helper

LEAST_WEIGHTS = 2**18  # of a matrix: smaller ones are read faster than looked up


@dataclass(frozen=True)
class _Part:
    """One of the values that are joined before a product."""

    value: str
    start: int  # rows of the matrix that it meets
    stop: int
    indices: str = ""  # of an embedding
    table: np.ndarray | None = None


def folded(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same model with the embeddings multiplied out; equal but for rounding."""
    model = onnx.shape_inference.infer_shapes(model)
    graph = model.graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    makers = {output: node for node in graph.node for output in node.output}
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        parts = _parts(graph, node, makers, tensors)
        nodes += _looked_up(graph, node, parts, tensors) if parts else [node]
    del graph.node[:]
    graph.node.extend(nodes)
    return model
