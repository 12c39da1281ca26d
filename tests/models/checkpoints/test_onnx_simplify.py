"""Rewritings on graphs of a few nodes: fewer nodes, the same numbers."""

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper, numpy_helper

from musicgen.models.checkpoints.onnx_simplify import simplify

pytestmark = pytest.mark.keras

FLOAT, INT = TensorProto.FLOAT, TensorProto.INT32
EVERYTHING = 1_000_000_000


def model(nodes, inputs, constants, rank=1) -> onnx.ModelProto:
    graph = helper.make_graph(
        [helper.make_node(kind, ins, outs, **more) for kind, ins, outs, more in nodes],
        "graph",
        [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in inputs],
        [helper.make_tensor_value_info("y", FLOAT, [None] * rank)],
        [numpy_helper.from_array(np.array(value), name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def run(graph: onnx.ModelProto, **inputs: np.ndarray) -> np.ndarray:
    session = ort.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(["y"], inputs)[0]


def kinds(graph: onnx.ModelProto) -> list[str]:
    return [node.op_type for node in graph.graph.node]


CHOICE = [
    ("Greater", ["x", "zero"], ["c"], {}),
    ("Cast", ["c"], ["yes"], {"to": FLOAT}),
    ("Not", ["c"], ["n"], {}),
    ("Cast", ["n"], ["no"], {"to": FLOAT}),
    ("Mul", ["yes", "a"], ["left"], {}),
    ("Mul", ["b", "no"], ["right"], {}),
]
CHOICE_CONSTANTS = {"zero": np.float32(0), "a": np.float32(7), "b": np.float32(-5)}


@pytest.mark.parametrize("order", [["left", "right"], ["right", "left"]])
def test_two_products_and_a_sum_become_where(order):
    plain = model([*CHOICE, ("Add", order, ["y"], {})], [("x", FLOAT, [None])], CHOICE_CONSTANTS)
    simplified = simplify(plain)
    assert kinds(simplified) == ["Greater", "Where"]
    x = np.array([-1, 0, 2], np.float32)
    assert run(simplified, x=x).tolist() == run(plain, x=x).tolist() == [-5, -5, 7]


def test_a_sum_of_other_products_is_unchanged():
    nodes = [
        *CHOICE[:5],
        ("Mul", ["b", "yes"], ["right"], {}),
        ("Add", ["left", "right"], ["y"], {}),
    ]
    plain = model(nodes, [("x", FLOAT, [None])], CHOICE_CONSTANTS)
    assert "Where" not in kinds(simplify(plain))
    x = np.array([-1, 2], np.float32)
    assert run(simplify(plain), x=x).tolist() == run(plain, x=x).tolist() == [0, 2]


def embedding(wrapped: int) -> onnx.ModelProto:
    nodes = [
        ("Cast", ["i"], ["f"], {"to": FLOAT}),
        ("Less", ["f", "bound"], ["c"], {}),
        ("Cast", ["c"], ["yes"], {"to": INT}),
        ("Add", ["i", "rows"], ["wrapped"], {}),
        ("Mul", ["yes", "wrapped"], ["left"], {}),
        ("Not", ["c"], ["n"], {}),
        ("Cast", ["n"], ["no"], {"to": INT}),
        ("Mul", ["i", "no"], ["right"], {}),
        ("Add", ["left", "right"], ["index"], {}),
        ("Gather", ["table", "index"], ["y"], {}),
    ]
    table = np.arange(6, dtype=np.float32).reshape(3, 2)
    constants = {"bound": np.float32(wrapped), "rows": np.int32(3), "table": table}
    return model(nodes, [("i", INT, [None])], constants, rank=2)


def test_an_embedding_becomes_one_gather():
    simplified = simplify(embedding(0))
    assert kinds(simplified) == ["Gather"]
    i = np.array([0, 2, -1, -3], np.int32)
    assert run(simplified, i=i).tolist() == run(embedding(0), i=i).tolist()


def test_a_choice_not_about_negative_indices_is_unchanged():
    simplified = simplify(embedding(-1))
    assert "Where" in kinds(simplified)
    i = np.array([0, 2, -2], np.int32)
    assert run(simplified, i=i).tolist() == run(embedding(-1), i=i).tolist()


@pytest.mark.parametrize(
    "start, end, step, remaining",
    [(0, EVERYTHING, 1, 0), (1, EVERYTHING, 1, 1), (0, 2, 1, 1), (0, EVERYTHING, 2, 1)],
)
def test_a_whole_slice_is_dropped(start, end, step, remaining):
    constants = {"s": [start], "e": [end], "a": [0], "t": [step], "one": np.float32(1)}
    nodes = [("Slice", ["x", "s", "e", "a", "t"], ["z"], {}), ("Add", ["z", "one"], ["y"], {})]
    plain = model(nodes, [("x", FLOAT, [None])], constants)
    simplified = simplify(plain)
    assert kinds(simplified) == ["Slice"] * remaining + ["Add"]
    x = np.arange(5, dtype=np.float32)
    assert run(simplified, x=x).tolist() == run(plain, x=x).tolist()


@pytest.mark.parametrize("end, remaining", [(2, 0), (1, 1)])
def test_a_whole_slice_of_a_known_size_is_dropped(end, remaining):
    constants = {"s": [0], "e": [end], "a": [1], "t": [1], "one": np.float32(1)}
    nodes = [("Slice", ["x", "s", "e", "a", "t"], ["z"], {}), ("Add", ["z", "one"], ["y"], {})]
    plain = model(nodes, [("x", FLOAT, [None, 2])], constants, rank=2)
    simplified = simplify(plain)
    assert kinds(simplified) == ["Slice"] * remaining + ["Add"]
    x = np.arange(6, dtype=np.float32).reshape(3, 2)
    assert run(simplified, x=x).tolist() == run(plain, x=x).tolist()


@pytest.mark.parametrize("used", [False, True])
def test_outputs_keep_their_names(used):
    """Also if another node reads the output."""
    nodes = [
        ("Add", ["x", "one"], ["sum"], {}),
        ("Slice", ["sum", "from", "to"], ["y"], {}),
        *([("Mul", ["y", "one"], ["z"], {})] if used else []),
    ]
    plain = model(
        nodes, [("x", FLOAT, [None])], {"from": [0], "to": [EVERYTHING], "one": np.float32(2)}
    )
    if used:
        plain.graph.output.append(helper.make_tensor_value_info("z", FLOAT, [None]))
    simplified = simplify(plain)
    assert kinds(simplified) == ["Add"] + ["Mul"] * used
    assert run(simplified, x=np.array([3, 5], np.float32)).tolist() == [5, 7]


def test_reshapes_around_a_product_are_dropped():
    nodes = [
        ("Reshape", ["x", "flat"], ["rows"], {}),
        ("MatMul", ["rows", "w"], ["p"], {}),
        ("Shape", ["x"], ["shape"], {}),
        ("Gather", ["shape", "free"], ["outer"], {}),
        ("Concat", ["outer", "wide"], ["back"], {"axis": 0}),
        ("Reshape", ["p", "back"], ["z"], {}),
        ("Add", ["z", "b"], ["y"], {}),
    ]
    constants = {
        "flat": [-1, 3],
        "free": [0, 1],
        "wide": [2],
        "w": np.random.default_rng(0).normal(size=(3, 2)).astype(np.float32),
        "b": np.float32(1),
    }
    plain = model(nodes, [("x", FLOAT, [None, 4, 3])], constants, rank=3)
    simplified = simplify(plain)
    assert kinds(simplified) == ["MatMul", "Add"]
    x = np.random.default_rng(1).normal(size=(2, 4, 3)).astype(np.float32)
    assert run(simplified, x=x) == pytest.approx(run(plain, x=x), abs=1e-6)


def test_the_argument_is_not_modified():
    plain = embedding(0)
    before = plain.SerializeToString()
    simplify(plain)
    assert plain.SerializeToString() == before


def test_values_read_by_inner_graphs_are_preserved():
    """A value that only an inner graph reads is not dropped."""

    def branch(kind):
        output = helper.make_tensor_value_info("z", FLOAT, None)
        return helper.make_graph(
            [helper.make_node(kind, ["cut", "half"], ["z"])], kind, [], [output]
        )

    nodes = [
        ("Slice", ["x", "from", "to"], ["cut"], {}),
        ("Add", ["one", "one"], ["half"], {}),
        ("If", ["yes"], ["y"], {"then_branch": branch("Div"), "else_branch": branch("Mul")}),
    ]
    constants = {"from": [0], "to": [EVERYTHING], "yes": True, "one": np.float32(1)}
    simplified = simplify(model(nodes, [("x", FLOAT, [None])], constants))
    assert kinds(simplified) == ["Add", "If"]
    assert run(simplified, x=np.array([3, 5], np.float32)).tolist() == [1.5, 2.5]
