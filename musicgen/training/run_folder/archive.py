"""A run as one zip file, to keep, move and share; and back, from whomever it comes.

Only the files that a run consists of are taken out of a zip, each under its own name and
within bounds, and what they say is checked before the run gets its place.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO

from musicgen.errors import MusicgenError
from musicgen.files import new_folder, write_json
from musicgen.models.checkpoints.checkpoint import (
    CONFIG,
    MAX_FILE_BYTES,
    OPTIMIZER,
    PRIMERS,
    PROGRESS,
    VOCABULARY,
    WEIGHTS,
    BadCheckpoint,
    open_checkpoint,
)
from musicgen.paths import PRETRAINED, checked_name, runs_folder
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.run_folder.status import ALIVE, STOPPED
from musicgen.training.settings import RunSettings

RUN_FILES = (
    "run.json",
    "status.json",
    "metrics.jsonl",
    "log.txt",
    "split.json",
    "originality.npz",
    "reference.json",
    "habits.json",
    "baselines.json",
    "evaluation.json",
)
POINTERS = ("best.json", "latest.json")
CHECKPOINT_FILES = (CONFIG, VOCABULARY, PRIMERS, WEIGHTS, OPTIMIZER, PROGRESS)
CHECKPOINTS, SAMPLES = "checkpoints", "samples"
MOST_MEMBERS = 1000
MOST_BYTES = 2 * 2**30  # of all members together
_SAMPLE = re.compile(r"epoch-\d{1,6}\.mid", re.ASCII)
_GRAPH = re.compile(r"step(_[a-z]{1,20})?\.onnx")
_CHECKPOINT = re.compile(r"[\w-]{1,64}", re.ASCII)
_STORED = (".safetensors", ".onnx")  # weights do not compress


class BadArchive(MusicgenError):
    """A zip that holds no run that can be used, and why."""


def write_archive(run: Run, target: IO[bytes]) -> None:
    """The run's files as a zip, in a folder of its name."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files(run):
            name = f"{run.name}/{path.relative_to(run.folder).as_posix()}"
            kind = zipfile.ZIP_STORED if path.suffix in _STORED else zipfile.ZIP_DEFLATED
            try:
                archive.write(path, name, compress_type=kind)
            except FileNotFoundError:  # a checkpoint that has just been replaced by a newer one
                continue


def read_archive(source: Path | IO[bytes], name: str = "") -> Run:
    """The run of a zip as one of the user's; BadArchive says what is wrong with it.

    name: what to call it; by default its own name, with a number where that is taken.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            members = _members(archive)
            settings = _settings(archive, members)
            folder = runs_folder() / (checked_name(name) if name else _free_name(settings.name))
            with new_folder(folder) as new:
                for place, member in members.items():
                    _unpack(archive, member, new / place)
                _check(new, replace(settings, name=folder.name))
            return Run(folder)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as problem:
        raise BadArchive(f"it is not a zip file that can be read: {problem}") from None


def _files(run: Run) -> Iterator[Path]:
    """What belongs to a run, checkpoints last."""
    for path in sorted(run.folder.rglob("*"), key=lambda path: (len(path.parts), path)):
        if path.is_file() and _place(path.relative_to(run.folder).parts):
            yield path


def _place(parts: tuple[str, ...]) -> str:
    """Where a file of a run belongs; nothing for a file that is none of a run's."""
    if len(parts) == 1 and parts[0] in RUN_FILES:
        return parts[0]
    if len(parts) == 2 and parts[0] == SAMPLES and _SAMPLE.fullmatch(parts[1]):
        return "/".join(parts)
    if len(parts) == 2 and parts[0] == CHECKPOINTS and parts[1] in POINTERS:
        return "/".join(parts)
    in_checkpoint = len(parts) == 3 and parts[0] == CHECKPOINTS and _CHECKPOINT.fullmatch(parts[1])
    if in_checkpoint and (parts[2] in CHECKPOINT_FILES or _GRAPH.fullmatch(parts[2])):
        return "/".join(parts)
    return ""


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The run's files in a zip by their place in its folder."""
    found = archive.infolist()
    if len(found) > MOST_MEMBERS:
        raise BadArchive(f"it holds {len(found):,} files, more than any run")
    roots = [
        PurePosixPath(each.filename).parts[:-1]
        for each in found
        if PurePosixPath(each.filename).name == "run.json"
    ]
    if len(roots) != 1:
        raise BadArchive("there is no run in it, or more than one: run.json is missing or twice")
    depth, members = len(roots[0]), {}
    for each in found:
        parts = PurePosixPath(each.filename).parts
        place = _place(parts[depth:]) if parts[:depth] == roots[0] else ""
        if place and not each.is_dir():
            members[place] = each
    if sum(each.file_size for each in members.values()) > MOST_BYTES:
        raise BadArchive(f"it would unpack to more than {MOST_BYTES >> 30} GiB")
    return members


def _settings(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> RunSettings:
    try:
        with archive.open(members["run.json"]) as file:
            return RunSettings.from_json(json.loads(file.read(2**20)))
    except (ValueError, TypeError, AttributeError, RecursionError, KeyError) as problem:
        raise BadArchive(f"its settings cannot be used: {problem}") from None


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    if member.file_size > MAX_FILE_BYTES:
        raise BadArchive(f"{path.name} is larger than {MAX_FILE_BYTES >> 20} MiB")
    path.parent.mkdir(parents=True, exist_ok=True)
    left = member.file_size
    with archive.open(member) as source, path.open("wb") as target:
        while left and (block := source.read(min(left, 2**20))):
            target.write(block)
            left -= len(block)
        if left or source.read(1):
            raise BadArchive(f"{path.name} has another size than the zip says")


def _check(folder: Path, settings: RunSettings) -> None:
    """Set right what only holds where the run came from, and open its checkpoint."""
    write_json(folder / "run.json", settings.to_json())
    run = Run(folder)
    status = run.stored_status()
    if status.state in ALIVE:  # it was zipped while it was trained
        entry = {**vars(status), "state": STOPPED, "message": "", "heartbeat": 0.0}
        write_json(folder / "status.json", entry)
    try:
        open_checkpoint(run.checkpoint())
    except (BadCheckpoint, UnknownRun) as problem:
        raise BadArchive(f"its checkpoint cannot be used: {problem}") from None


def _free_name(name: str) -> str:
    number, free = 2, checked_name(name)
    while (runs_folder() / free).exists() or (PRETRAINED / free).exists():
        free = checked_name(f"{name[:60]} {number}")
        number += 1
    return free
