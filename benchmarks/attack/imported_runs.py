"""Runs to import that are damaged or hostile: refused by name, or they compose as before.

A run with a tiny model of `notes` or of `parts` is exported, changed in one place and imported
into a workspace of its own. Half of the changed runs have their hashes, as a run of today, half
have none, as earlier ones.
"""

from __future__ import annotations

import atexit
import io
import os
import random
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

from benchmarks.attack.attack import Attack, Case, Failed
from benchmarks.attack.damaged_runs import (
    HASHES,
    WRONG_VALUES,
    Members,
    damage,
    json_places,
    set_value,
)
from benchmarks.attack.run_to_attack import composed_by, write_run
from musicgen.bin import RUNS, empty_bin
from musicgen.errors import MusicgenError
from musicgen.training.run_folder.archive import read_archive, write_archive
from musicgen.training.run_folder.manage import delete
from musicgen.training.run_folder.registry import list_runs
from musicgen.training.run_folder.run import Run
from musicgen.ui.home import run_summary
from musicgen.ui.server.live_endpoint import live_answer
from musicgen.ui.train.live_query import LiveQuery

MAX_SECONDS = 10.0  # of processor time
MAX_GROWTH_BYTES = 2**30
ENCODINGS = ("notes", "parts")


@dataclass(frozen=True)
class _Target:
    """A run in the workspace, its files as they are exported, and what it composes."""

    run: Run
    members: Members
    notes: list[list[int]]

    def copy(self, has_hashes: bool) -> Members:
        return {
            name: data
            for name, data in self.members.items()
            if has_hashes or not name.endswith(HASHES)
        }


def _use_workspace() -> tuple[_Target, ...]:
    """Runs of each encoding in a workspace, which is in use from then on."""
    os.environ["MUSICGEN_HOME"], targets = _written_runs()
    return targets


@cache
def _written_runs() -> tuple[str, tuple[_Target, ...]]:
    """A workspace and its runs, once a process: their graphs take seconds to trace."""
    home = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ["MUSICGEN_HOME"] = home
    runs = [write_run(Path(home), encoding) for encoding in ENCODINGS]
    return home, tuple(_Target(run, _members(run), composed_by(run)) for run in runs)


def damaged_runs(count: int, seed: int) -> Iterator[tuple[str, Case]]:
    """Runs with one random damage each, of both encodings in turn."""
    targets = _use_workspace()
    for number in range(count):
        target, rng = targets[number % len(targets)], random.Random(f"{seed} {number}")
        has_hashes = rng.random() < 0.5
        members = target.copy(has_hashes)
        name, keeps_notes = damage(members, rng, has_hashes)
        data = _zip(members, target.members, twice=name.startswith("twice"))
        expected = target.notes if keeps_notes else None
        yield f"{target.run.name}: {name}", _case(target.run, data, expected)


def wrong_values(count: int, seed: int) -> Iterator[tuple[str, Case]]:
    """Runs without hashes with one JSON value replaced: all values by all wrong ones, in turns.

    count: at most; the order is random, so that fewer are a sample.
    """
    targets = _use_workspace()
    changes = [
        (target, place, value)
        for target in targets
        for place in json_places(target.members)
        for value in WRONG_VALUES
    ]
    random.Random(seed).shuffle(changes)
    for target, place, value in changes[:count]:
        members = target.copy(has_hashes=False)
        name = set_value(members, place, value)
        yield name, _case(target.run, _zip(members, target.members), None)


def _case(run: Run, data: bytes, expected: list[list[int]] | None) -> Case:
    def case() -> str:
        process, started = psutil.Process(), _cpu_seconds()
        before = process.memory_info().rss
        try:
            imported = read_archive(io.BytesIO(data))
        except MusicgenError:
            imported = None
        if (seconds := _cpu_seconds() - started) > MAX_SECONDS:
            raise Failed(f"it took {seconds:.1f} seconds")
        if process.memory_info().rss - before > MAX_GROWTH_BYTES:
            raise Failed("it took more than 1 GiB")
        _check_others(run)
        if imported is None:
            return "refused"
        try:
            return _check_imported(imported, expected)
        finally:
            delete(imported)
            empty_bin(RUNS, everything=True)

    return case


def _check_imported(imported: Run, expected: list[list[int]] | None) -> str:
    _check_others(imported)
    started = _cpu_seconds()
    try:
        notes = composed_by(imported)
    except MusicgenError:
        return "refused when composing"
    if (seconds := _cpu_seconds() - started) > MAX_SECONDS:
        raise Failed(f"composing took {seconds:.1f} seconds")
    if expected is not None and notes != expected:
        raise Failed("it composes other notes in silence")
    return "sound"


def _cpu_seconds() -> float:
    """Processor time of this process and of those that it started and that have ended."""
    return sum(os.times()[:4])


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


def _zip(members: Members, whole: Members, twice: bool = False) -> bytes:
    """Files as a zip; weights and graphs that are not damaged are uncompressed, as exported."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in members.items():
            is_stored = name.endswith((".safetensors", ".onnx")) and data is whole.get(name)
            archive.writestr(name, data, zipfile.ZIP_STORED if is_stored else None)
        if twice:
            name = next(iter(members))
            archive.writestr(name, members[name])
    return file.getvalue()


_PROMISE = "refused by name or sound; no other notes in silence, no traceback, 10 s, 1 GiB at most"

ATTACKS = (
    Attack("imported runs", _PROMISE, count=2000, sample=100, cases=damaged_runs),
    Attack("imported values", _PROMISE, count=100_000, sample=60, cases=wrong_values),
)
