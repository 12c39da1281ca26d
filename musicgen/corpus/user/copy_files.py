"""Copying of files beside a collection, to be added to it all at once.

A kill while files are copied leaves the collection as it was.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from musicgen.corpus.collection import RefusedFile
from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.formats import FORMATS, detect_format, extension
from musicgen.corpus.source_files import SourceFile, files_below, is_zip, printable
from musicgen.corpus.user.safe_names import FreePaths, safe_path
from musicgen.errors import Cancelled
from musicgen.progress import Progress

TEMPORARY_PREFIX = ".unfinished-"
LEFTOVER_SECONDS = 24 * 3600.0  # age at which a temporary folder is nobody's any more


@dataclass(frozen=True)
class CopyResult:
    """What happened to the files that were to be copied into a collection."""

    name: str  # of the collection
    files: tuple[str, ...]  # copied files, by their names in the collection
    same: tuple[tuple[str, str], ...]  # (file left out, file there that has the same bytes)
    refused: tuple[RefusedFile, ...]
    complete: bool = True  # False if cancelled


class FileCopier:
    """Copies files into a staging folder, whose files are added to a collection afterwards.

    A file whose bytes the collection has already is left out; one whose name is taken gets a
    number.
    """

    def __init__(self, folder: Path, staging: Path) -> None:
        self._folder, self._staging = folder, staging
        self._free = FreePaths(folder, staging)
        # Relative paths by size, until a file of that size comes and they have to be hashed.
        self._not_hashed: dict[int, list[Path]] = {}
        self._by_digest: dict[bytes, Path] = {}
        for path in files_below(folder):
            if path.is_file():
                name = path.relative_to(folder)
                self._not_hashed.setdefault(path.stat().st_size, []).append(name)

    def copy_all(
        self, files: Sequence[SourceFile | RefusedFile], progress: Progress | None = None
    ) -> CopyResult:
        """Copy files into the staging folder; refuses files that are not music.

        `progress` gets files done and files in all. If it raises Cancelled, the files copied so
        far stay.
        """
        copied: list[str] = []
        same: list[tuple[str, str]] = []
        refused: list[RefusedFile] = []
        complete = True
        for done, file in enumerate(files, 1):
            match self._copy(file):
                case RefusedFile() as refusal:
                    refused.append(refusal)
                case str() as name:
                    copied.append(name)
                case pair:
                    same.append(pair)
            try:
                if progress:
                    progress(done, len(files))
            except Cancelled:
                complete = False
                break
        name = self._folder.name
        return CopyResult(name, tuple(copied), tuple(same), tuple(refused), complete)

    def _copy(self, file: SourceFile | RefusedFile) -> RefusedFile | str | tuple[str, str]:
        """The copy's name; or the file's name and that of the same file there; or the refusal."""
        if isinstance(file, RefusedFile):
            return file
        try:
            data = file.read()
            detect_format(data, file.name)
            same = self._find_same(data)
            if same is not None:
                return file.name, printable(same)
            return printable(self._write(file.name, data))
        except UnreadableScore as problem:
            return RefusedFile(file.name, problem.reason, problem.remedy)
        except (OSError, ValueError) as problem:  # ValueError: a name that no file can have
            reason = getattr(problem, "strerror", None) or str(problem)
            return RefusedFile(file.name, f"it cannot be written: {reason}")

    def _find_same(self, data: bytes) -> Path | None:
        """The file that has the same bytes."""
        for name in self._not_hashed.pop(len(data), []):
            with suppress(OSError):  # deleted meanwhile
                self._by_digest.setdefault(self._digest(name), name)
        return self._by_digest.get(hashlib.sha256(data).digest())

    def _write(self, file: str, data: bytes) -> Path:
        """Write bytes under a free and safe name that is as close to the file's as possible."""
        safe = safe_path(file)
        if is_zip(safe.name) or extension(safe.name) not in (extension(file), *FORMATS):
            # What is left of the name would have it read as something else.
            kind = detect_format(data, file)
            safe = safe.with_name(safe.name + next(e for e in FORMATS if FORMATS[e] == kind))
        name = self._free.find(safe)
        path = self._staging / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self._by_digest.setdefault(hashlib.sha256(data).digest(), name)
        return name

    def _digest(self, name: Path) -> bytes:
        with (self._folder / name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()


@contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """A hidden folder below `parent` that is deleted afterwards; also deletes old leftovers."""
    parent.mkdir(parents=True, exist_ok=True)
    delete_leftovers(parent)
    path = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=parent))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def delete_leftovers(folder: Path, now_seconds: float | None = None) -> None:
    """Delete temporary files and folders below a folder that a killed program left behind.

    now_seconds: the time as of time.time().
    """
    now_seconds = time.time() if now_seconds is None else now_seconds
    for path in list(folder.rglob(f"{TEMPORARY_PREFIX}*")):
        with suppress(OSError):
            if now_seconds - path.lstat().st_mtime < LEFTOVER_SECONDS:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
