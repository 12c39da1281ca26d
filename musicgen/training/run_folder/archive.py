"""Archive of a run: export it to a zip file, import one that anybody may have made.

Of a zip only the files that a run has are extracted, each under its own name and within bounds.
Settings and checkpoint are checked before the run appears in the list.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

from musicgen.errors import MusicgenError
from musicgen.files import new_folder, write_json
from musicgen.json_files import parse_json
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
from musicgen.training.run_folder.results import BASELINES, EVALUATION
from musicgen.training.run_folder.run import Run, UnknownRun
from musicgen.training.run_folder.status import ALIVE, STOPPED, write_status
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
    BASELINES,
    EVALUATION,
)
POINTERS = ("best.json", "latest.json")
CHECKPOINT_FILES = (CONFIG, VOCABULARY, PRIMERS, WEIGHTS, OPTIMIZER, PROGRESS)
CHECKPOINTS, SAMPLES = "checkpoints", "samples"
MAX_MEMBERS = 1000
MAX_TOTAL_BYTES = 2 * 2**30  # uncompressed
MAX_SETTINGS_BYTES = 2**20
BLOCK_BYTES = 2**20
_SAMPLE = re.compile(r"epoch-\d{1,6}\.mid", re.ASCII)
_GRAPH = re.compile(r"step(_[a-z]{1,20})?\.onnx")
_CHECKPOINT = re.compile(r"[\w-]{1,64}", re.ASCII)
_UNCOMPRESSED = (".safetensors", ".onnx")  # weights do not become smaller


class BadArchive(MusicgenError):
    """A zip file that holds no valid run, and why."""


def write_archive(run: Run, target: IO[bytes]) -> None:
    """Write a run's files to a zip, in a folder of the run's name."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files(run):
            name = f"{run.name}/{path.relative_to(run.folder).as_posix()}"
            kind = zipfile.ZIP_STORED if path.suffix in _UNCOMPRESSED else zipfile.ZIP_DEFLATED
            try:
                archive.write(path, name, compress_type=kind)
            except FileNotFoundError:  # a checkpoint that was replaced meanwhile
                continue


def read_archive(source: Path | IO[bytes], name: str = "") -> Run:
    """Import the run of a zip as one of the user's own. Raises BadArchive.

    name: name of the new run; default the run's own name, with a number where it is taken.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            members = _members(archive)
            settings = _settings(archive, members)
            folder = runs_folder() / (checked_name(name) if name else _free_name(settings.name))
            with new_folder(folder) as new:
                for path, member in members.items():
                    _extract(archive, member, new / path)
                _localise(new, replace(settings, name=folder.name))
            return Run(folder)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as problem:
        raise BadArchive(f"it is not a zip file that can be read: {problem}") from None


def _files(run: Run) -> Iterator[Path]:
    """Files of a run, checkpoints last."""
    for path in sorted(run.folder.rglob("*"), key=lambda path: (len(path.parts), path)):
        if path.is_file() and _relative_path(path.relative_to(run.folder).parts):
            yield path


def _relative_path(parts: tuple[str, ...]) -> str:
    """Path of a file within a run folder; empty where no run has such a file."""
    is_sample = len(parts) == 2 and parts[0] == SAMPLES and _SAMPLE.fullmatch(parts[1])
    is_pointer = len(parts) == 2 and parts[0] == CHECKPOINTS and parts[1] in POINTERS
    is_in_checkpoint = (
        len(parts) == 3
        and parts[0] == CHECKPOINTS
        and _CHECKPOINT.fullmatch(parts[1])
        and (parts[2] in CHECKPOINT_FILES or _GRAPH.fullmatch(parts[2]))
    )
    is_run_file = len(parts) == 1 and parts[0] in RUN_FILES
    belongs = is_run_file or is_sample or is_pointer or is_in_checkpoint
    return "/".join(parts) if belongs else ""


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Members of a zip that are files of a run, by their path within its folder."""
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise BadArchive(f"it holds {len(infos):,} files, more than any run")
    roots = [
        PurePosixPath(info.filename).parts[:-1]
        for info in infos
        if PurePosixPath(info.filename).name == "run.json"
    ]
    if len(roots) != 1:
        raise BadArchive("there is no run in it, or more than one: run.json is missing or twice")
    depth, members = len(roots[0]), {}
    for info in infos:
        parts = PurePosixPath(info.filename).parts
        path = _relative_path(parts[depth:]) if parts[:depth] == roots[0] else ""
        if path and not info.is_dir():
            members[path] = info
    if sum(info.file_size for info in members.values()) > MAX_TOTAL_BYTES:
        raise BadArchive(f"it would unpack to more than {MAX_TOTAL_BYTES >> 30} GiB")
    return members


def _settings(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> RunSettings:
    try:
        with archive.open(members["run.json"]) as file:
            entry: dict[str, Any] = parse_json(file.read(MAX_SETTINGS_BYTES), dict[str, Any])
        return RunSettings.from_json(entry)
    except (MusicgenError, KeyError) as problem:
        raise BadArchive(f"its settings cannot be used: {problem}") from None


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    if member.file_size > MAX_FILE_BYTES:
        raise BadArchive(f"{path.name} is larger than {MAX_FILE_BYTES >> 20} MiB")
    path.parent.mkdir(parents=True, exist_ok=True)
    remaining = member.file_size
    with archive.open(member) as source, path.open("wb") as target:
        while remaining and (block := source.read(min(remaining, BLOCK_BYTES))):
            target.write(block)
            remaining -= len(block)
        if remaining or source.read(1):
            raise BadArchive(f"{path.name} has another size than the zip says")


def _localise(folder: Path, settings: RunSettings) -> None:
    """Change what held only on the other computer, and check the checkpoint."""
    write_json(folder / "run.json", settings.to_json())
    run = Run(folder)
    status = run.stored_status()
    if status.state in ALIVE:  # exported in the middle of a training
        write_status(
            folder,
            replace(status, state=STOPPED, message="", heartbeat=0.0, pid=0, process_started=0.0),
        )
    try:
        open_checkpoint(run.checkpoint())
    except (BadCheckpoint, UnknownRun) as problem:
        raise BadArchive(f"its checkpoint cannot be used: {problem}") from None


def _free_name(name: str) -> str:
    """The name, followed by a number where a run has it."""
    number, free = 2, checked_name(name)
    while (runs_folder() / free).exists() or (PRETRAINED / free).exists():
        free = checked_name(f"{name[:60]} {number}")
        number += 1
    return free
