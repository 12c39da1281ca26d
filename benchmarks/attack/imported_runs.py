"""Runs to import that are damaged or hostile: refused by name, or they compose as before.

A run with a tiny model is exported, changed in one place and imported into a workspace of its own.
Half of the changed runs have their hashes, as a run of today, half have none, as earlier ones.
"""

from __future__ import annotations

import io
import json
import os
import random
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from benchmarks.attack.attack import Attack, Case, Failed
from benchmarks.attack.run_to_attack import composed_by, write_run
from musicgen.errors import MusicgenError
from musicgen.training.run_folder.archive import read_archive, write_archive
from musicgen.training.run_folder.manage import delete
from musicgen.training.run_folder.registry import list_runs
from musicgen.training.run_folder.run import Run
from musicgen.ui.home import run_summary
from musicgen.ui.server.live_endpoint import live_answer
from musicgen.ui.train.live_query import LiveQuery

MAX_SECONDS = 10.0
MAX_GROWTH_BYTES = 2**30
HASHES = "sha256.json"
WRONG_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 10**400, 1e308, "", "x" * 100_000, [], {}, [[[]]], {"a": {"b": []}},
)  # fmt: skip
BAD_TEXTS = (b"", b"{", b"NaN", b"[" * 200_000, b'{"a":' * 100_000, b"\xff\xfe", b"[],", b"null")
DAMAGES = ("flip", "cut", "zero", "value", "text", "graph", "path", "bomb", "twice", "missing")

Members = dict[str, bytes]


def cases(count: int, seed: int) -> Iterator[tuple[str, Case]]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MUSICGEN_HOME"] = folder
        run = write_run(Path(folder))
        expected, members = composed_by(run), _members(run)
        for number in range(count):
            name, data, keeps_notes = _attacked(members, random.Random(f"{seed} {number}"))
            yield name, _case(run, data, expected if keeps_notes else None)


def _case(run: Run, data: bytes, expected: list[list[int]] | None) -> Case:
    def case() -> str:
        process, started = psutil.Process(), time.perf_counter()
        before = process.memory_info().rss
        try:
            imported = read_archive(io.BytesIO(data))
        except MusicgenError:
            imported = None
        if time.perf_counter() - started > MAX_SECONDS:
            raise Failed(f"it took {time.perf_counter() - started:.1f} seconds")
        if process.memory_info().rss - before > MAX_GROWTH_BYTES:
            raise Failed("it took more than 1 GiB")
        _check_others(run)
        if imported is None:
            return "refused"
        try:
            return _check_imported(imported, expected)
        finally:
            delete(imported)

    return case


def _check_imported(imported: Run, expected: list[list[int]] | None) -> str:
    _check_others(imported)
    try:
        notes = composed_by(imported)
    except MusicgenError:
        return "refused when composing"
    if expected is not None and notes != expected:
        raise Failed("it composes other notes in silence")
    return "sound"


def _check_others(run: Run) -> None:
    """What Home, Train, its endpoint and `runs` show of all runs."""
    from musicgen.commands.runs import list_all

    list_all(None)  # type: ignore[arg-type]  # it has no options
    for other in list_runs():
        run_summary(other)
    live_answer(LiveQuery((run.name,)))
    folders = {path.name for path in run.folder.parent.iterdir() if path.name.startswith(".")}
    if any(not name.startswith((".device", ".deleted")) for name in folders):
        raise Failed(f"it left {folders}")


def _members(run: Run) -> Members:
    file = io.BytesIO()
    write_archive(run, file)
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _attacked(members: Members, rng: random.Random) -> tuple[str, bytes, bool]:
    """Name of the case, its zip, and whether the run must compose the same notes if accepted."""
    damage = rng.choice(DAMAGES)
    has_hashes = rng.random() < 0.5
    changed = {
        name: data for name, data in members.items() if has_hashes or not name.endswith(HASHES)
    }
    target = rng.choice(sorted(changed))
    keeps_notes = damage == "graph" or (has_hashes and not target.endswith(HASHES))
    action: Callable[[Members, str, random.Random], str] = _ACTIONS[damage]
    detail = action(changed, target, rng)
    # What the format cannot know of an earlier run: weights that are other finite numbers.
    return f"{damage} {detail or target}", _zip(changed, damage == "twice"), keeps_notes


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
    """One value of a JSON file replaced by a wrong one."""
    target = rng.choice(sorted(name for name in members if name.endswith(".json")))
    root = [json.loads(members[target])]
    places = list(_places(root))
    container, key = rng.choice(places)
    container[key] = wrong = rng.choice(WRONG_VALUES)
    members[target] = json.dumps(root[0]).encode()
    return f"{target}: {key} = {str(wrong)[:20]}"


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = value if isinstance(value, dict) else range(len(value))
    for key in list(keys):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def _text(members: Members, target: str, rng: random.Random) -> str:
    members[target] = rng.choice(BAD_TEXTS)
    return ""


def _graph(members: Members, target: str, rng: random.Random) -> str:
    """Another graph, which must not be run: the notes stay the same."""
    target = rng.choice(sorted(name for name in members if name.endswith(".onnx")))
    members[target] = rng.randbytes(rng.choice((0, 100, 100_000)))
    return ""


def _path(members: Members, target: str, rng: random.Random) -> str:
    outside = ("../../up", "/tmp/absolute", "a/../../b", "x\0y", "c:\\d", "n" * 5000, "run.json/x")
    name = rng.choice(outside)
    members[name] = members[target]
    members[f"tiny/checkpoints/{name}/config.json"] = b"{}"
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


def _zip(members: Members, twice: bool) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        if twice:
            name = next(iter(members))
            archive.writestr(name, members[name])
    return file.getvalue()


ATTACK = Attack(
    "imported runs",
    "refused by name or sound; no other notes in silence, no traceback, 10 s and 1 GiB at most",
    2000,
    100,
    cases,
)
