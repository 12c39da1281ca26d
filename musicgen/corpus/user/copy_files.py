"""Files written into a collection's folder: each whole, each once."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from musicgen.corpus.collection import RefusedFile
from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.formats import FORMATS, ending_of, not_read
from musicgen.corpus.source_files import Entry, files_below, shown
from musicgen.corpus.user.safe_names import free_path, safe_path
from musicgen.errors import Cancelled
from musicgen.progress import Progress

TEMPORARY_PREFIX = ".unfinished-"  # the names of what is being written begin so
DAY_SECONDS = 24 * 3600.0  # seconds


@dataclass(frozen=True)
class CopyResult:
    """What became of files that were put into a collection."""

    name: str  # of the collection
    files: tuple[str, ...]  # as they are called there
    same: tuple[tuple[str, str], ...]  # (file, the one there with the same bytes), left out
    refused: tuple[RefusedFile, ...]
    complete: bool = True  # False where it was cancelled


def copy_files(
    folder: Path, files: Sequence[Entry | RefusedFile], progress: Progress | None = None
) -> CopyResult:
    """Write files into a folder, which is made for the first of them.

    Files that are not music are refused. Where progress raises Cancelled, what was written
    until then stays.
    """
    contents = _Contents(folder)
    added: list[str] = []
    same: list[tuple[str, str]] = []
    refused: list[RefusedFile] = []
    for done, file in enumerate(files, 1):
        match _put(contents, file):
            case RefusedFile() as refusal:
                refused.append(refusal)
            case path, True:
                added.append(path)
            case path, _:
                same.append((file.file, path))
        try:
            if progress:
                progress(done, len(files))
        except Cancelled:
            complete = done == len(files)
            return CopyResult(folder.name, tuple(added), tuple(same), tuple(refused), complete)
    return CopyResult(folder.name, tuple(added), tuple(same), tuple(refused))


def remove_leftovers(folder: Path, now: float | None = None) -> None:
    """Remove what was being written below a folder when the program was killed, a day ago or more.

    now: in seconds, as time.time() says.
    """
    now = time.time() if now is None else now
    for path in list(folder.rglob(f"{TEMPORARY_PREFIX}*")):
        with suppress(OSError):
            if now - path.lstat().st_mtime < DAY_SECONDS:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()


def _put(contents: _Contents, file: Entry | RefusedFile) -> RefusedFile | tuple[str, bool]:
    """Where a file's bytes are now and whether they were written, or why they are not there."""
    if isinstance(file, RefusedFile):
        return file
    try:
        data = _music(file.file, file.read)
        twin = contents.twin(data)
        path = contents.write(file.file, data) if twin is None else twin
        return shown(path.relative_to(contents.folder)), twin is None
    except UnreadableScore as problem:
        return RefusedFile(file.file, problem.reason, problem.remedy)
    except OSError as problem:
        return RefusedFile(file.file, f"it cannot be written: {problem.strerror}")


def _music(file: str, read: Callable[[], bytes]) -> bytes:
    """The bytes of a file whose ending is one of music."""
    ending = ending_of(file)
    if ending not in FORMATS:
        raise not_read(ending)
    return read()


class _Contents:
    """The files of a folder by what is in them; only those of equal size are ever compared."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._by_size: dict[int, list[Path]] = {}
        self._digests: dict[Path, bytes] = {}
        for path in files_below(folder):
            if path.is_file():
                self._by_size.setdefault(path.stat().st_size, []).append(path)

    def twin(self, data: bytes) -> Path | None:
        """The file with these bytes, if there is one."""
        alike = self._by_size.get(len(data), [])
        digest = hashlib.sha256(data).digest() if alike else b""
        return next((path for path in alike if self._digest(path) == digest), None)

    def write(self, file: str, data: bytes) -> Path:
        """Write bytes under a free name as like the file's as is safe."""
        path = free_path(self.folder / safe_path(file))
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, dir=path.parent)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        Path(temporary).replace(path)
        self._by_size.setdefault(len(data), []).append(path)
        return path

    def _digest(self, path: Path) -> bytes:
        if path not in self._digests:
            self._digests[path] = hashlib.sha256(path.read_bytes()).digest()
        return self._digests[path]
