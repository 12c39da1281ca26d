"""Damage to the files of an exported run: bytes, JSON values, graphs, names, sizes."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, MutableMapping
from typing import Any, TypeAlias

import onnx
from onnx import TensorProto, helper

HASHES = "sha256.json"
WRONG_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 10**400, 1e308, "", "x" * 100_000, [], {}, [[[]]], {"a": {"b": []}},
)  # fmt: skip
BAD_TEXTS = (b"", b"{", b"NaN", b"[" * 200_000, b'{"a":' * 100_000, b"\xff\xfe", b"[],", b"null")
GRAPHS = ("noise", "endless loop", "not a number", "other names")

Members: TypeAlias = MutableMapping[str, bytes]  # files of a run by their path in its zip
Place: TypeAlias = tuple[str, tuple[Any, ...]]  # a JSON file, and the keys that lead to a value


def damage(members: Members, rng: random.Random, has_hashes: bool) -> tuple[str, bool]:
    """Damage one file; name of the damage, and whether the run must compose the same notes.

    What the format cannot know of a run without hashes: weights that are other finite numbers.
    """
    kind, target = rng.choice(tuple(_ACTIONS)), rng.choice(sorted(members))
    detail = _ACTIONS[kind](members, target, rng)
    keeps_notes = kind == "graph" or (has_hashes and not target.endswith(HASHES))
    return f"{kind} {detail or target}", keeps_notes


def json_places(members: Members) -> Iterator[Place]:
    """Places of all values in all JSON files, but for the lists of hashes."""
    for file in sorted(members):
        if file.endswith(".json") and not file.endswith(HASHES):
            yield from ((file, keys) for keys in _keys(json.loads(members[file])))


def set_value(members: Members, place: Place, value: Any) -> str:
    """Replace a JSON value; the name of the case."""
    file, keys = place
    root = [json.loads(members[file])]
    container: Any = root
    for key in (0, *keys)[:-1]:
        container = container[key]
    container[(0, *keys)[-1]] = value
    members[file] = json.dumps(root[0]).encode()
    return f"{file}: {'/'.join(map(str, keys))} = {str(value)[:20]}"


def _keys(value: Any) -> Iterator[tuple[Any, ...]]:
    yield ()
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield from ((key, *keys) for keys in _keys(value[key]))


def _flip(members: Members, target: str, rng: random.Random) -> str:
    data = bytearray(members[target])
    for _ in range(rng.choice((1, 1, 8))):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    members[target] = bytes(data)
    return ""


def _cut(members: Members, target: str, rng: random.Random) -> str:
    members[target] = members[target][: rng.randrange(len(members[target]) + 1)]
    return ""


def _zero(members: Members, target: str, rng: random.Random) -> str:
    data = members[target]
    start = rng.randrange(len(data) + 1)
    end = min(len(data), start + rng.choice((1, 64, 4096)))
    members[target] = data[:start] + bytes(end - start) + data[end:]
    return ""


def _value(members: Members, target: str, rng: random.Random) -> str:
    places = list(json_places(members))
    return set_value(members, rng.choice(places), rng.choice(WRONG_VALUES))


def _text(members: Members, target: str, rng: random.Random) -> str:
    members[target] = rng.choice(BAD_TEXTS)
    return ""


def _graph(members: Members, target: str, rng: random.Random) -> str:
    """Another graph, which must not be run: the notes stay the same."""
    target = rng.choice(sorted(name for name in members if name.endswith(".onnx")))
    kind = rng.choice(GRAPHS)
    if kind == "noise":
        members[target] = rng.randbytes(rng.choice((0, 100, 100_000)))
    else:
        members[target] = _other_graph(members[target], kind).SerializeToString()
    return f"{target}: {kind}"


def _other_graph(data: bytes, kind: str) -> onnx.ModelProto:
    """The graph with logits from an endless loop, that are no numbers, or under other names."""
    model = onnx.load_model_from_string(data)
    for node in model.graph.node:
        for index, name in enumerate(node.output):
            if name == "logits":
                node.output[index] = "true_logits"
    if kind == "endless loop":
        model.graph.node.extend(_endless_loop("true_logits", "logits"))
    elif kind == "not a number":
        zero = helper.make_node("Sub", ["true_logits", "true_logits"], ["zero"])
        model.graph.node.extend([zero, helper.make_node("Div", ["zero", "zero"], ["logits"])])
    return model


def _endless_loop(value: str, result: str) -> list[onnx.NodeProto]:
    """Nodes that hand a value on after a loop without an end."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["condition"], ["goes_on"]),
            helper.make_node("Identity", ["before"], ["after"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("condition", TensorProto.BOOL, []),
            helper.make_tensor_value_info("before", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("goes_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("after", TensorProto.FLOAT, None),
        ],
    )
    true = helper.make_tensor("true", TensorProto.BOOL, [], [True])
    return [
        helper.make_node("Constant", [], ["true"], value=true),
        helper.make_node("Loop", ["", "true", value], [result], body=body),
    ]


def _path(members: Members, target: str, rng: random.Random) -> str:
    outside = ("../../up", "/tmp/absolute", "a/../../b", "x\0y", "c:\\d", "n" * 5000, "run.json/x")
    name = rng.choice(outside)
    members[name] = members[target]
    members[f"{target.partition('/')[0]}/checkpoints/{name}/config.json"] = b"{}"
    return name[:20]


def _bomb(members: Members, target: str, rng: random.Random) -> str:
    size = rng.choice((2**22, 2**26))
    members[target] = rng.choice((b"[],", b"\0", b'{"kind":"step","step":1}\n')) * (size // 3)
    return ""


def _twice(members: Members, target: str, rng: random.Random) -> str:
    members["other/run.json" if rng.random() < 0.5 else f"{target}x"] = members[target]
    return ""


def _missing(members: Members, target: str, rng: random.Random) -> str:
    del members[target]
    return ""


_ACTIONS = {
    "flip": _flip, "cut": _cut, "zero": _zero, "value": _value, "text": _text, "graph": _graph,
    "path": _path, "bomb": _bomb, "twice": _twice, "missing": _missing,
}  # fmt: skip
