"""Archive of a run: export it to a zip file, import one from anywhere.

Of a zip only the files that a run has are extracted, each under its own name and within bounds,
and no graphs. `import_checks` looks at all of them before the run appears in the list.
"""

from __future__ import annotations

import lzma
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

from musicgen.errors import MusicgenError
from musicgen.file_hashes import FILE as HASHES
from musicgen.files import new_folder
from musicgen.json_files import parse_json
from musicgen.models.checkpoints.checkpoint import (
    CONFIG,
    CRITIC,
    MEMBERS,
    OPTIMIZER,
    PRIMERS,
    PROGRESS,
    VOCABULARY,
    WEIGHTS,
)
from musicgen.paths import PRETRAINED, checked_name, runs_folder
from musicgen.progress import Progress
from musicgen.training.run_folder.import_checks import (
    BadRun,
    check_and_export,
    check_texts,
)
from musicgen.training.run_folder.results import BASELINES, EVALUATION
from musicgen.training.run_folder.run import MAX_SETTINGS_BYTES, Run
from musicgen.training.run_folder.status import MAX_BYTES as MAX_STATUS_BYTES
from musicgen.training.settings import RunSettings

# Largest size of each file of a run, in bytes.
RUN_FILES = {
    "run.json": MAX_SETTINGS_BYTES,
    "status.json": MAX_STATUS_BYTES,
    "metrics.jsonl": 2**26,
    "log.txt": 2**24,
    "split.json": 2**24,
    "originality.npz": 2**28,
    "reference.json": 2**20,
    "habits.json": 2**20,
    BASELINES: 2**20,
    EVALUATION: 2**24,
    HASHES: 2**20,
    "labels.json": 2**16,
}
POINTERS = ("best.json", "latest.json")
MAX_POINTER_BYTES = 2**10
CHECKPOINT_FILES = {
    CONFIG: 2**22,
    VOCABULARY: 2**22,
    PRIMERS: 2**22,
    WEIGHTS: 2**29,
    OPTIMIZER: 2**30,
    PROGRESS: 2**16,
    HASHES: 2**20,
}
MAX_GRAPH_BYTES = 2**29
MAX_SAMPLE_BYTES = 2**20
CHECKPOINTS, SAMPLES = "checkpoints", "samples"
MAX_MEMBERS = 1000
MAX_DIRECTORY_BYTES = 2**20  # of the zip's list of its members
MAX_TOTAL_BYTES = 2 * 2**30  # uncompressed
MAX_RATIO = 200  # unpacked bytes of a member / its compressed bytes
ANY_RATIO_BYTES = 2**20  # small members may have any ratio
BLOCK_BYTES = 2**20
END_BYTES = 22 + 2**16  # of a zip: its last record, with a comment
_SAMPLE = re.compile(r"epoch-\d{1,6}\.mid", re.ASCII)
_GRAPH = re.compile(r"step(_[a-z]{1,20})?\.onnx")
_MEMBER = re.compile(r"[2-9]", re.ASCII)
_MEMBERS_AT = (CHECKPOINTS, MEMBERS)
_CHECKPOINT = re.compile(r"[\w-]{1,64}", re.ASCII)
_UNCOMPRESSED = (".safetensors", ".onnx")  # weights do not become smaller
_ARRAYS = (".safetensors", ".npz")


# What zipfile raises for damaged, locked and unknown zips.
_DAMAGES = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError,
    OverflowError, struct.error, lzma.LZMAError,
)  # fmt: skip


class BadArchive(MusicgenError):
    """A zip file that holds no valid run, and why."""


def write_archive(run: Run, target: IO[bytes]) -> None:
    """Write a run's files to a zip, in a folder of the run's name."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in run_files(run):
            name = f"{run.name}/{path.relative_to(run.folder).as_posix()}"
            kind = zipfile.ZIP_STORED if path.suffix in _UNCOMPRESSED else zipfile.ZIP_DEFLATED
            try:
                archive.write(path, name, compress_type=kind)
            except FileNotFoundError:  # a checkpoint that was replaced meanwhile
                continue


def read_archive(source: Path | IO[bytes], name: str = "", progress: Progress | None = None) -> Run:
    """Import the run of a zip as one of the user's own. Raises BadArchive.

    Its graphs are not taken: they are exported again from the weights, by another process if need
    be, while progress is called. name: name of the new run; default the run's own name, with a
    number where it is taken.
    """
    if isinstance(source, Path) and not source.is_file():  # a pipe would be read without end
        raise BadArchive(f"'{source}' is not a file")
    try:
        _check_directory(source)
        with zipfile.ZipFile(source) as archive:
            members = _members(archive)
            settings = _settings(archive, members)
            folder = runs_folder() / (checked_name(name) if name else _free_name(settings.name))
            with new_folder(folder) as new:
                _extract_all(archive, members, new)
                check_and_export(new, replace(settings, name=folder.name), progress)
            return Run(folder)
    except BadRun as problem:
        raise BadArchive(str(problem)) from None
    except MusicgenError:
        raise
    except _DAMAGES as problem:
        raise BadArchive(f"it is not a zip file that can be read: {problem}") from None
    except MemoryError:
        raise BadArchive("there is not enough memory to read it") from None


def run_files(run: Run) -> Iterator[Path]:
    """Files of a run, checkpoints last."""
    for path in sorted(run.folder.rglob("*"), key=lambda path: (len(path.parts), path)):
        if path.is_file() and _relative_path(path.relative_to(run.folder).parts):
            yield path


def _relative_path(parts: tuple[str, ...]) -> str:
    """Path of a file within a run folder; empty where no run has such a file."""
    return "/".join(parts) if _max_bytes(parts) else ""


def _max_bytes(parts: tuple[str, ...]) -> int:
    """Largest size of a file of a run by its path; 0 where no run has such a file."""
    match parts:
        case (name,):
            return RUN_FILES.get(name, 0)
        case (folder, name) if folder == SAMPLES:
            return MAX_SAMPLE_BYTES if _SAMPLE.fullmatch(name) else 0
        case (folder, name) if folder == CHECKPOINTS:
            return MAX_POINTER_BYTES if name in POINTERS else 0
        case (folder, checkpoint, name) if folder == CHECKPOINTS:
            return _max_model_bytes(checkpoint, name)
        case (folder, checkpoint, critic, name) if folder == CHECKPOINTS and critic == CRITIC:
            return _max_model_bytes(checkpoint, name)
        case (folder, checkpoint, members, number, name) if (folder, members) == _MEMBERS_AT:
            return _max_model_bytes(checkpoint, name) if _MEMBER.fullmatch(number) else 0
    return 0


def _max_model_bytes(checkpoint: str, name: str) -> int:
    """Largest size of a file of one model of a checkpoint; 0 where none has such a file."""
    if not _CHECKPOINT.fullmatch(checkpoint):
        return 0
    return MAX_GRAPH_BYTES if _GRAPH.fullmatch(name) else CHECKPOINT_FILES.get(name, 0)


def _check_directory(source: Path | IO[bytes]) -> None:
    """Raise BadArchive where the zip's list of members is longer than that of any run."""
    with source.open("rb") if isinstance(source, Path) else nullcontext(source) as file:
        size = file.seek(0, os.SEEK_END)
        if size > MAX_TOTAL_BYTES:
            raise BadArchive(f"it is larger than {MAX_TOTAL_BYTES >> 30} GiB")
        file.seek(max(0, size - END_BYTES))
        end = file.read(END_BYTES)
        file.seek(0)
    record = end[end.rfind(b"PK\5\6") :]
    if len(record) >= 16 and int.from_bytes(record[12:16], "little") > MAX_DIRECTORY_BYTES:
        raise BadArchive("it holds more files than any run")


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
    zips = [info.filename for info in infos if info.filename.lower().endswith(".zip")]
    if not roots and zips:
        raise BadArchive(
            f"it holds a zip, '{zips[0][:80]}', and no run: unpack it, then import that"
        )
    if len(roots) != 1:
        raise BadArchive("there is no run in it, or more than one: run.json is missing or twice")
    depth, members = len(roots[0]), {}
    for info in infos:
        parts = PurePosixPath(info.filename).parts
        path = _relative_path(parts[depth:]) if parts[:depth] == roots[0] else ""
        if not path or info.is_dir():
            continue
        if path in members:
            raise BadArchive(f"{path} is twice in it")
        limit = _max_bytes(parts[depth:])
        if info.file_size > limit:
            raise BadArchive(f"{path} is larger than {limit:,} bytes")
        members[path] = info
    if sum(info.file_size for info in members.values()) > MAX_TOTAL_BYTES:
        raise BadArchive(f"it would unpack to more than {MAX_TOTAL_BYTES >> 30} GiB")
    return members


def _settings(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> RunSettings:
    try:
        with archive.open(members["run.json"]) as file:
            entry: dict[str, Any] = parse_json(file.read(MAX_SETTINGS_BYTES + 1), dict[str, Any])
        return RunSettings.from_json(entry)
    except MusicgenError as problem:
        raise BadArchive(f"its settings cannot be used: {problem}") from None


def _extract_all(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], folder: Path
) -> None:
    """Extract all members but the graphs; arrays last, once the others are known to fit."""
    taken = [path for path in members if not _GRAPH.fullmatch(PurePosixPath(path).name)]
    arrays = [path for path in taken if path.endswith(_ARRAYS)]
    for path in taken:
        if path not in arrays:
            _extract(archive, members[path], folder / path)
    check_texts(folder)
    for path in arrays:
        _extract(archive, members[path], folder / path)


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    ratio = member.file_size / max(1, member.compress_size)
    if member.file_size > ANY_RATIO_BYTES and ratio > MAX_RATIO:
        raise BadArchive(f"{path.name} unpacks to {ratio:,.0f} times its size")
    path.parent.mkdir(parents=True, exist_ok=True)
    remaining = member.file_size
    with archive.open(member) as source, path.open("wb") as target:
        while remaining and (block := source.read(min(remaining, BLOCK_BYTES))):
            target.write(block)
            remaining -= len(block)
        if remaining or source.read(1):
            raise BadArchive(f"{path.name} has another size than the zip says")


def _free_name(name: str) -> str:
    """The name, followed by a number where a run has it."""
    number, free = 2, checked_name(name)
    while (runs_folder() / free).exists() or (PRETRAINED / free).exists():
        free = checked_name(f"{name[:60]} {number}")
        number += 1
    return free
