"""Simplification of step graphs: fewer nodes, the same numbers.

One step at a time, most of the time goes into small nodes. Keras and tf2onnx write some patterns
at length for which ONNX has a node: a choice as two products and a sum, an embedding with a
choice for negative indices that `Gather` takes as they are, a matrix product between two
reshapes that `MatMul` does without, a slice that takes everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

Node = Any
_NO_END = 10**9  # how tf2onnx writes the end of a slice to the last


class _Graph:
    """A graph with its nodes indexed by their outputs."""

    def __init__(self, graph: Any) -> None:
        self.graph = graph
        self.index()

    def index(self) -> None:
        """Index the nodes anew after a rewriting."""
        self.producers = {output: node for node in self.graph.node for output in node.output}
        self.constants = {t.name: t for t in self.graph.initializer}
        self.input_sizes = {  # 0 for an open axis
            v.name: [dim.dim_value for dim in v.type.tensor_type.shape.dim]
            for v in self.graph.input
        }

    def producer(self, value: str, op_type: str) -> Node | None:
        """The node that outputs a value, if it is of that type."""
        node = self.producers.get(value)
        return node if node is not None and node.op_type == op_type else None

    def constant(self, value: str) -> np.ndarray | None:
        """The array of a constant value, None for another one."""
        if value in self.constants:
            return numpy_helper.to_array(self.constants[value])
        node = self.producer(value, "Const") or self.producer(value, "Constant")
        return numpy_helper.to_array(node.attribute[0].t) if node is not None else None

    def uncast(self, value: str) -> str:
        """The value before any casts."""
        while (node := self.producer(value, "Cast")) is not None:
            value = node.input[0]
        return value

    def replace(self, old: str, new: str) -> None:
        """Let all nodes that read a value read another one; outputs of the graph keep names."""
        outputs = {value.name for value in self.graph.output}
        if old in outputs:
            if new in outputs or new not in self.producers:
                return
            self._rename(old, f"{old}/unused")
            self._rename(new, old)
            old, new = new, old
        for node in _with_inner_nodes(self.graph.node):
            for i, name in enumerate(node.input):
                if name == old:
                    node.input[i] = new

    def _rename(self, value: str, name: str) -> None:
        """Give an output of a node another name."""
        producer = self.producers[name] = self.producers.pop(value)
        producer.output[list(producer.output).index(value)] = name


def simplify(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy of the model with fewer nodes; outputs and used initializers keep their names."""
    simplified = onnx.ModelProto()
    simplified.CopyFrom(model)
    graph = _Graph(simplified.graph)
    for rewriting in (_use_where, _use_gather, _drop_whole_slices, _drop_reshapes):
        rewriting(graph)
        _drop_unused(simplified.graph)
        graph.index()
    onnx.checker.check_model(simplified)
    return simplified


def _with_inner_nodes(nodes: Iterable[Node]) -> Iterator[Node]:
    """Nodes and those of their inner graphs, which read values from outside as well."""
    for node in nodes:
        yield node
        for attribute in node.attribute:
            yield from _with_inner_nodes(attribute.g.node)


def _use_where(graph: _Graph) -> None:
    """c * a + (not c) * b becomes Where(c, a, b)."""
    for node in graph.graph.node:
        if node.op_type != "Add":
            continue
        products = [graph.producer(value, "Mul") for value in node.input]
        if None in products:
            continue
        left, right = (list(_condition_and_value(graph, product)) for product in products)
        pairs = [(x, y) for x in left for y in right]
        for (condition, a), (negation, b) in pairs + [(y, x) for x, y in pairs]:
            negated = graph.producer(negation, "Not")
            if negated is not None and negated.input[0] == condition:
                node.op_type = "Where"
                del node.input[:]
                node.input.extend([condition, a, b])
                break


def _condition_and_value(graph: _Graph, product: Node) -> Iterator[tuple[str, str]]:
    """The factors of a product of a condition, cast to a number, and a value."""
    for weight, value in (tuple(product.input), tuple(product.input)[::-1]):
        cast = graph.producer(weight, "Cast")
        if cast is not None and graph.producers.get(cast.input[0]) is not None:
            yield cast.input[0], value


def _use_gather(graph: _Graph) -> None:
    """Gather(Where(i < 0, i + rows, i)) becomes Gather(i), which counts from the end itself."""
    for node in graph.graph.node:
        if node.op_type not in ("Gather", "GatherND"):
            continue
        choice = graph.producer(graph.uncast(node.input[1]), "Where")
        if choice is None:
            continue
        condition, wrapped, index = choice.input
        less, added = graph.producer(condition, "Less"), graph.producer(wrapped, "Add")
        if less is None or added is None or index not in added.input:
            continue
        zero = graph.constant(less.input[1])
        same = graph.uncast(less.input[0]) == graph.uncast(index)
        if same and zero is not None and not zero.any():
            node.input[1] = index


def _drop_whole_slices(graph: _Graph) -> None:
    """A slice from the first to the last becomes its input."""
    for node in list(graph.graph.node):
        if node.op_type != "Slice":
            continue
        starts, ends, *rest = [graph.constant(value) for value in node.input[1:]]
        steps = rest[1] if len(rest) > 1 else np.ones(1)
        if starts is None or ends is None or steps is None:
            continue
        if not starts.any() and (ends >= _end(graph, node)).all() and (steps == 1).all():
            graph.replace(node.output[0], node.input[0])


def _end(graph: _Graph, slice_node: Node) -> int:
    """The size of the sliced axis, if there is one axis of known size."""
    axes = graph.constant(slice_node.input[3]) if len(slice_node.input) > 3 else None
    sizes = graph.input_sizes.get(slice_node.input[0])
    if axes is None or len(axes) != 1 or not sizes:
        return _NO_END
    return sizes[axes[0]] or _NO_END


def _drop_reshapes(graph: _Graph) -> None:
    """Reshape to rows, MatMul, reshape back becomes MatMul."""
    readers: dict[str, list[Node]] = {}
    for node in _with_inner_nodes(graph.graph.node):
        for value in node.input:
            readers.setdefault(value, []).append(node)
    for product in list(graph.graph.node):
        if product.op_type != "MatMul":
            continue
        rows = graph.producer(product.input[0], "Reshape")
        after = readers.get(product.output[0], [])
        if rows is None or len(after) != 1 or after[0].op_type != "Reshape":
            continue
        shape = graph.constant(rows.input[1])
        if shape is None or len(shape) != 2:
            continue
        if _restores_shape(graph, after[0], rows.input[0]):
            product.input[0] = rows.input[0]
            graph.replace(after[0].output[0], product.output[0])


def _restores_shape(graph: _Graph, reshape: Node, value: str) -> bool:
    """Whether a reshape goes back to the shape of a value except for the last axis."""
    joined = graph.producer(graph.uncast(reshape.input[1]), "Concat")
    if joined is None:
        return False
    outer = graph.producer(graph.uncast(joined.input[0]), "Gather")
    if outer is None:
        return False
    shape = graph.producer(graph.uncast(outer.input[0]), "Shape")
    return shape is not None and shape.input[0] == value


def _drop_unused(graph: Any) -> None:
    """Delete the nodes, initializers and inputs that no output depends on."""
    used = {value.name for value in graph.output}
    nodes = []
    for node in reversed(graph.node):
        if any(output in used for output in node.output):
            nodes.append(node)
            used.update(name for inner in _with_inner_nodes([node]) for name in inner.input)
    del graph.node[:]
    graph.node.extend(reversed(nodes))
    initializers = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(initializers)
    inputs = [value for value in graph.input if value.name in used]
    del graph.input[:]
    graph.input.extend(inputs)
