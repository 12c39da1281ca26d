"""Embeddings multiplied out: a step graph that reads fewer weights.

One step at a time, a matrix product costs the reading of its matrix. Where embeddings are
joined and multiplied with one, the share of each is a table that follows from the weights
alone, and one row of it is looked up in place of reading the rows that the embedding meets.
The tables are larger than what they replace, so this is done when a graph is opened and not
when it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

LEAST = 2**16  # weights that are no longer read; fewer are not worth the nodes

Node = Any


@dataclass(frozen=True)
class _Product:
    """A joined value times a matrix, perhaps with axes other than the last cut away between."""

    node: Node
    joined: Node
    between: tuple[Node, ...]  # from the joined value to the product
    matrix: np.ndarray
    rows: tuple[slice, ...]  # of the matrix, for each of the joined values
    tables: Mapping[int, np.ndarray]  # the embeddings among them
    indices: Mapping[int, str]


def folded(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same model with the embeddings multiplied out; equal but for rounding."""
    model = onnx.shape_inference.infer_shapes(model)
    graph = model.graph
    widths = _widths(graph)
    makers = {output: node for node in graph.node for output in node.output}
    weights = {tensor.name: tensor for tensor in graph.initializer}
    nodes: list[Node] = []
    for node in graph.node:
        product = _product(node, makers, weights, widths)
        nodes += [node] if product is None else _looked_up(graph, product)
    del graph.node[:]
    graph.node.extend(nodes)
    return model


def _product(
    node: Node, makers: Mapping[str, Node], weights: Mapping[str, Any], widths: Mapping[str, int]
) -> _Product | None:
    """The node as a product that is worth folding."""
    if node.op_type != "MatMul" or node.input[1] not in weights:
        return None
    between: list[Node] = []
    joined = makers.get(node.input[0])
    while joined is not None and joined.op_type in ("Squeeze", "Slice"):
        between.insert(0, joined)
        joined = makers.get(joined.input[0])
    if joined is None or joined.op_type != "Concat" or not all(v in widths for v in joined.input):
        return None
    matrix = numpy_helper.to_array(weights[node.input[1]])
    edges = np.cumsum([0, *(widths[value] for value in joined.input)])
    if edges[-1] != len(matrix):  # joined or cut along another axis than the last
        return None
    tables, indices = {}, {}
    for place, value in enumerate(joined.input):
        maker = makers.get(value)
        if maker is not None and maker.op_type == "Gather" and maker.input[0] in weights:
            tables[place] = numpy_helper.to_array(weights[maker.input[0]])
            indices[place] = maker.input[1]
    if sum(table.shape[-1] for table in tables.values()) * matrix.shape[1] < LEAST:
        return None
    rows = tuple(slice(a, b) for a, b in zip(edges[:-1], edges[1:], strict=True))
    return _Product(node, joined, tuple(between), matrix, rows, tables, indices)


def _looked_up(graph: Any, product: _Product) -> list[Node]:
    """Nodes that give the same product: rows of tables, and what is left to multiply."""
    name, nodes, shares = product.node.output[0], [], []

    def constant(label: str, value: np.ndarray) -> str:
        graph.initializer.append(numpy_helper.from_array(value, f"{name}/{label}"))
        return f"{name}/{label}"

    for place, table in product.tables.items():
        share = constant(f"table_{place}", table @ product.matrix[product.rows[place]])
        shares.append(f"{name}/share_{place}")
        nodes.append(helper.make_node("Gather", [share, product.indices[place]], shares[-1:]))
    rest = [place for place in range(len(product.rows)) if place not in product.tables]
    if rest:
        matrix = np.concatenate([product.matrix[product.rows[place]] for place in rest])
        values = [product.joined.input[place] for place in rest]
        nodes.append(helper.make_node("Concat", values, [f"{name}/rest"], axis=-1))
        shares.append(f"{name}/rest_share")
        operands = [f"{name}/rest", constant("rest_matrix", matrix)]
        nodes.append(helper.make_node("MatMul", operands, shares[-1:]))
    steps = [helper.make_node("Sum", shares, [f"{name}/sum"])]
    for number, cut in enumerate(product.between):
        steps.append(onnx.NodeProto())
        steps[-1].CopyFrom(cut)
        steps[-1].name = ""
        steps[-1].input[0] = steps[-2].output[0]
        steps[-1].output[0] = f"{name}/cut_{number}"
    steps[-1].output[0] = name
    return nodes + steps


def _widths(graph: Any) -> dict[str, int]:
    """The length of the last axis of each value, where it is known."""
    widths = {}
    for value in (*graph.value_info, *graph.input, *graph.output):
        dimensions = value.type.tensor_type.shape.dim
        if dimensions and dimensions[-1].dim_value:
            widths[value.name] = dimensions[-1].dim_value
    return widths
