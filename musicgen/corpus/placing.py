"""Files written into a collection's folder: each whole, each once."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from musicgen.corpus.collection import Refused
from musicgen.corpus.entries import files_below, shown
from musicgen.corpus.errors import Cancelled, UnreadableScore
from musicgen.corpus.filenames import free_path, safe_path
from musicgen.corpus.formats import FORMATS, ending_of, not_read

Progress = Callable[[int, int], None]  # files done, files in all; may raise Cancelled


@dataclass(frozen=True)
class Added:
    """What became of files that were put into a collection."""

    name: str  # of the collection
    files: tuple[str, ...]  # as they are called there
    same: tuple[tuple[str, str], ...]  # (file, the one there with the same bytes), left out
    refused: tuple[Refused, ...]


def put_files(
    folder: Path,
    files: Sequence[tuple[str, Callable[[], bytes]]],
    progress: Progress | None = None,
) -> Added:
    """Write files, each a name and what gives its bytes, into a folder, made if need be.

    Files that are not music are refused. Where progress raises Cancelled, what was written
    until then stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contents = _Contents(folder)
    added: list[str] = []
    same: list[tuple[str, str]] = []
    refused: list[Refused] = []
    for done, (file, read) in enumerate(files, 1):
        try:
            data = _music(file, read)
            twin = contents.twin(data)
            if twin is None:
                added.append(shown(contents.write(file, data).relative_to(folder)))
            else:
                same.append((file, shown(twin.relative_to(folder))))
        except UnreadableScore as problem:
            refused.append(Refused(file, problem.reason, problem.remedy))
        except OSError as problem:
            refused.append(Refused(file, f"it cannot be written: {problem.strerror}"))
        if progress:
            try:
                progress(done, len(files))
            except Cancelled:
                break
    return Added(folder.name, tuple(added), tuple(same), tuple(refused))


def _music(file: str, read: Callable[[], bytes]) -> bytes:
    """The bytes of a file whose ending is one of music."""
    ending = ending_of(file)
    if ending not in FORMATS and ending != ".zip":
        raise not_read(ending)
    return read()


class _Contents:
    """The files of a folder by what is in them; only those of equal size are ever compared."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
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
        path = free_path(self._folder / safe_path(file))
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=".unfinished-", dir=path.parent)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        Path(temporary).replace(path)
        self._by_size.setdefault(len(data), []).append(path)
        return path

    def _digest(self, path: Path) -> bytes:
        if path not in self._digests:
            self._digests[path] = hashlib.sha256(path.read_bytes()).digest()
        return self._digests[path]
