"""Step graphs with fewer nodes: at one step at a time most of the time goes into small ones.

What Keras and tf2onnx write for whole batches is spelled out where ONNX has a word for it:
a choice as two products and a sum, an embedding with a choice for negative numbers that
`Gather` takes as they are, a matrix product between two reshapes that `MatMul` does without,
a slice that takes everything. Each rewriting gives the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

Node = Any
_EVERYTHING = 10**9  # how tf2onnx writes an end that is not given


class _Graph:
    """A graph by what makes each value."""

    def __init__(self, graph: Any) -> None:
        self.graph = graph
        self.index()

    def index(self) -> None:
        self.makers = {output: node for node in self.graph.node for output in node.output}
        self.constants = {t.name: t for t in self.graph.initializer}
        self.sizes = {  # of what the graph takes; 0 where they are open
            v.name: [dim.dim_value for dim in v.type.tensor_type.shape.dim]
            for v in self.graph.input
        }

    def maker(self, value: str, kind: str) -> Node | None:
        """The node that makes a value, where it is of that kind."""
        node = self.makers.get(value)
        return node if node is not None and node.op_type == kind else None

    def constant(self, value: str) -> np.ndarray | None:
        if value in self.constants:
            return numpy_helper.to_array(self.constants[value])
        node = self.maker(value, "Const") or self.maker(value, "Constant")
        return numpy_helper.to_array(node.attribute[0].t) if node is not None else None

    def uncast(self, value: str) -> str:
        """The value before any casts."""
        while (node := self.maker(value, "Cast")) is not None:
            value = node.input[0]
        return value

    def replace(self, old: str, new: str) -> None:
        """Let all who take a value take another; what the graph gives keeps its name."""
        given = {value.name for value in self.graph.output}
        if old in given:
            if new in given or new not in self.makers:
                return
            self._rename(old, f"{old}/unused")
            self._rename(new, old)
            old, new = new, old
        for node in _with_inner(self.graph.node):
            for i, name in enumerate(node.input):
                if name == old:
                    node.input[i] = new

    def _rename(self, value: str, name: str) -> None:
        """Have its maker make a value under another name."""
        maker = self.makers[name] = self.makers.pop(value)
        maker.output[list(maker.output).index(value)] = name


def slimmed(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same model with fewer nodes; outputs, and what is used of the rest, keep their names."""
    slim = onnx.ModelProto()
    slim.CopyFrom(model)
    graph = _Graph(slim.graph)
    for rewrite in (_choices, _gathers, _whole_slices, _products):
        rewrite(graph)
        _drop_unused(slim.graph)
        graph.index()
    onnx.checker.check_model(slim)
    return slim


def _with_inner(nodes: Iterable[Node]) -> Iterator[Node]:
    """Nodes and those of the loops among them, which take values from outside as well."""
    for node in nodes:
        yield node
        for attribute in node.attribute:
            yield from _with_inner(attribute.g.node)


def _choices(graph: _Graph) -> None:
    """c * a + (not c) * b becomes Where(c, a, b)."""
    for node in graph.graph.node:
        if node.op_type != "Add":
            continue
        products = [graph.maker(value, "Mul") for value in node.input]
        if None in products:
            continue
        found = [list(_weighted(graph, product)) for product in products]
        pairs = [(x, y) for x in found[0] for y in found[1]]
        for (yes, a), (no, b) in pairs + [(y, x) for x, y in pairs]:
            negated = graph.maker(no, "Not")
            if negated is not None and negated.input[0] == yes:
                node.op_type = "Where"
                del node.input[:]
                node.input.extend([yes, a, b])
                break


def _weighted(graph: _Graph, product: Node) -> Iterator[tuple[str, str]]:
    """(condition, value) of a product of a value with a condition that is cast to a number."""
    for weight, value in (tuple(product.input), tuple(product.input)[::-1]):
        cast = graph.maker(weight, "Cast")
        if cast is not None and graph.makers.get(cast.input[0]) is not None:
            yield cast.input[0], value


def _gathers(graph: _Graph) -> None:
    """Gather counts negative indices from the end by itself."""
    for node in graph.graph.node:
        if node.op_type not in ("Gather", "GatherND"):
            continue
        choice = graph.maker(graph.uncast(node.input[1]), "Where")
        if choice is None:
            continue
        test, wrapped, plain = choice.input
        less, added = graph.maker(test, "Less"), graph.maker(wrapped, "Add")
        if less is None or added is None or plain not in added.input:
            continue
        zero = graph.constant(less.input[1])
        same = graph.uncast(less.input[0]) == graph.uncast(plain)
        if same and zero is not None and not zero.any():
            node.input[1] = plain


def _whole_slices(graph: _Graph) -> None:
    """A slice from the first to the last is its input."""
    for node in list(graph.graph.node):
        if node.op_type != "Slice":
            continue
        starts, ends, *rest = [graph.constant(value) for value in node.input[1:]]
        steps = rest[1] if len(rest) > 1 else np.ones(1)
        if starts is None or ends is None or steps is None:
            continue
        if not starts.any() and (ends >= _end(graph, node)).all() and (steps == 1).all():
            graph.replace(node.output[0], node.input[0])


def _end(graph: _Graph, piece: Node) -> int:
    """The end of what a slice along one axis is taken from, where it is known."""
    axes = graph.constant(piece.input[3]) if len(piece.input) > 3 else None
    sizes = graph.sizes.get(piece.input[0])
    if axes is None or len(axes) != 1 or not sizes:
        return _EVERYTHING
    return sizes[axes[0]] or _EVERYTHING


def _products(graph: _Graph) -> None:
    """Reshape to rows, MatMul, reshape back becomes MatMul."""
    users: dict[str, list[Node]] = {}
    for node in _with_inner(graph.graph.node):
        for value in node.input:
            users.setdefault(value, []).append(node)
    for product in list(graph.graph.node):
        if product.op_type != "MatMul":
            continue
        rows = graph.maker(product.input[0], "Reshape")
        after = users.get(product.output[0], [])
        if rows is None or len(after) != 1 or after[0].op_type != "Reshape":
            continue
        shape = graph.constant(rows.input[1])
        if shape is None or len(shape) != 2 or not _has_shape_of(graph, after[0], rows.input[0]):
            continue
        product.input[0] = rows.input[0]
        graph.replace(after[0].output[0], product.output[0])


def _has_shape_of(graph: _Graph, reshape: Node, value: str) -> bool:
    """Whether a reshape goes back to the shape of a value but for the last axis."""
    joined = graph.maker(graph.uncast(reshape.input[1]), "Concat")
    if joined is None:
        return False
    taken = graph.maker(graph.uncast(joined.input[0]), "Gather")
    if taken is None:
        return False
    shape = graph.maker(graph.uncast(taken.input[0]), "Shape")
    return shape is not None and shape.input[0] == value


def _drop_unused(graph: Any) -> None:
    """Without the nodes, initializers and inputs that nothing asks for."""
    wanted = {value.name for value in graph.output}
    kept = []
    for node in reversed(graph.node):
        if any(output in wanted for output in node.output):
            kept.append(node)
            wanted.update(name for each in _with_inner([node]) for name in each.input)
    del graph.node[:]
    graph.node.extend(reversed(kept))
    used = [tensor for tensor in graph.initializer if tensor.name in wanted]
    del graph.initializer[:]
    graph.initializer.extend(used)
    inputs = [value for value in graph.input if value.name in wanted]
    del graph.input[:]
    graph.input.extend(inputs)
