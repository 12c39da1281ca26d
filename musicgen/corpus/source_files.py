"""Listing of the files of a source (folder, zip, single file or upload), without reading them."""

from __future__ import annotations

import hashlib
import os
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from musicgen.corpus.collection import RefusedFile
from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.archives import open_archive, read_member
from musicgen.corpus.readers.limits import LIMITS, check_size

# Files that operating systems leave in folders and zips, in lower case.
_SYSTEM_FILES = {"thumbs.db", "desktop.ini", "__macosx"}
# Name, up to a number, of the zips in which the Data page sends very many files at once.
PACK_PREFIX = "musicgen-dropped-files-"


@dataclass(frozen=True)
class SourceFile:
    """One file of a source, not read yet."""

    name: str  # relative to the source, printable
    stamp: str  # differs whenever the bytes differ
    read: Callable[[], bytes]  # raises UnreadableScore


Listing = list[SourceFile | RefusedFile]


def list_files(path: Path, stack: ExitStack) -> Listing:
    """List the files of a folder and of the zips in it, of a zip, or the single file `path`.

    No file but the directories of zips is read. `stack` closes the last open zip; the files can be
    read until then.
    """
    archives = stack.enter_context(_Archives())
    if path.is_dir():
        return _list_folder(path, archives)
    if is_zip(path.name):
        return _list_zip(path, "", path.name, archives)
    return [_file_on_disk(path, printable(Path(path.name)))]


def list_uploads(files: Iterable[tuple[str, bytes]], stack: ExitStack) -> Listing:
    """List uploads, pairs of name and bytes, and the members of the zips among them.

    System files and hidden files inside an uploaded folder are left out, as in any folder.
    Members of a pack of the Data page are listed like files that were uploaded one by one.
    """
    archives = stack.enter_context(_Archives())
    listing: Listing = []
    for name, data in files:
        parts = _path_parts(name.replace("\\", "/"))
        if len(parts) > 1 and any(map(_is_ignored, parts)):
            continue
        if is_zip(name):
            listing += _list_zip(data, "" if name.startswith(PACK_PREFIX) else name, name, archives)
        else:
            listing.append(file_in_memory(name, data))
    return listing


def file_in_memory(name: str, data: bytes) -> SourceFile:
    """A source file whose bytes are in memory, stamped by their hash."""
    return SourceFile(name, stamp_of(data), partial(bytes, data))


def stamp_of(data: bytes) -> str:
    """The stamp of bytes: their hash."""
    return hashlib.sha256(data).hexdigest()[:32]


def printable(path: Path) -> str:
    """A path as text that can be printed, whatever bytes it contains."""
    return _printable(path.as_posix())


def _printable(text: str) -> str:
    return os.fsencode(text).decode("utf-8", errors="replace")


def read_file(path: Path | str) -> bytes:
    """Read a regular file within the size limits; raises UnreadableScore.

    A device or a pipe, which may have no end, is refused before it is opened.
    """
    try:
        status = os.stat(path)  # noqa: PTH116 - of 100,000 files without their Paths
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableScore("it is a folder, where a file is wanted")
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableScore("it is not a file that can be read (a device or a pipe)")
        limit = LIMITS.archive_bytes if is_zip(str(path)) else LIMITS.file_bytes
        check_size(status.st_size, limit)
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - see above
            return file.read()
    except (OSError, ValueError) as problem:  # ValueError: a name that no file can have
        raise UnreadableScore(f"it cannot be opened: {_os_reason(problem)}") from problem


def is_zip(name: str) -> bool:
    """Whether a file name has the extension of a zip archive."""
    return name.lower().endswith(".zip")


def files_below(
    folder: Path,
    on_error: Callable[[OSError], None] | None = None,
    on_folder: Callable[[Path], None] | None = None,
) -> Iterator[Path]:
    """Walk the files below a folder in order of name; links to folders are not followed.

    System files and hidden files are left out. `on_error` gets the errors of folders that
    cannot be listed, `on_folder` the paths of the others.
    """
    return map(Path, _paths_below(folder, on_error, on_folder))


def _paths_below(
    folder: Path,
    on_error: Callable[[OSError], None] | None = None,
    on_folder: Callable[[Path], None] | None = None,
) -> Iterator[str]:
    """Walk as `files_below` does; texts, because a Path takes longer than the look at its file."""
    for parent, folders, files in os.walk(folder, onerror=on_error):
        folders[:] = sorted(name for name in folders if not _is_ignored(name))
        if on_folder:
            on_folder(Path(parent))
        for name in sorted(files):
            if not _is_ignored(name):
                yield os.path.join(parent, name)  # noqa: PTH118 - see above


def _is_ignored(name: str) -> bool:
    hidden = name.startswith(".") and not name.startswith("..")  # titles may begin with dots
    return hidden or name.lower() in _SYSTEM_FILES


def _list_folder(path: Path, archives: _Archives) -> Listing:
    listing: Listing = []
    errors: list[OSError] = []
    start = len(os.path.join(path, ""))  # noqa: PTH118 - with the separator
    for file in _paths_below(path, errors.append):
        if len(listing) >= LIMITS.folder_files:
            reason = f"the folder holds more files than the {LIMITS.folder_files:,} that are read"
            return [*listing, RefusedFile(printable(Path(path.name)), reason, "divide it")]
        name = _printable(file[start:].replace(os.sep, "/"))
        if is_zip(name):
            listing += _list_zip(Path(file), name, name, archives)
        else:
            listing.append(_file_on_disk(file, name))
    for problem in errors:
        folder = printable(Path(str(problem.filename)).relative_to(path))
        reason = f"the folder cannot be opened: {_os_reason(problem)}"
        listing.append(RefusedFile(folder, reason))
    return listing


def _file_on_disk(path: Path | str, name: str) -> SourceFile | RefusedFile:
    try:
        status = os.stat(path)  # noqa: PTH116 - of 100,000 files without their Paths
    except OSError as problem:
        return RefusedFile(name, f"it cannot be opened: {_os_reason(problem)}")
    return SourceFile(name, f"{status.st_size}:{status.st_mtime_ns}", partial(read_file, path))


def _os_reason(problem: OSError | ValueError) -> str:
    return (getattr(problem, "strerror", None) or str(problem) or type(problem).__name__).lower()


def _list_zip(source: Path | bytes, prefix: str, name: str, archives: _Archives) -> Listing:
    """List the members of a zip; `prefix` goes before their names, `name` is the zip's own."""
    try:
        members = archives.open(source).infolist()
    except UnreadableScore as problem:
        return [RefusedFile(name, problem.reason, problem.remedy)]
    members = sorted(members, key=lambda member: member.filename)
    return [
        _member(source, member, prefix, archives)
        for member in members
        if not member.filename.endswith("/")  # is_dir() of a member without a name raises
        and not any(map(_is_ignored, _path_parts(member.filename)))
    ]


class _Archives:
    """Opens archives and keeps only the last one open.

    A folder may hold more zips than a process may have open files.
    """

    def __init__(self) -> None:
        self._source: Path | bytes | None = None
        self._archive: zipfile.ZipFile | None = None

    def __enter__(self) -> _Archives:
        return self

    def __exit__(self, *_: object) -> None:
        if self._archive is not None:
            self._archive.close()

    def open(self, source: Path | bytes) -> zipfile.ZipFile:
        """The archive of a path or of bytes; raises UnreadableScore."""
        if self._archive is None or source is not self._source:
            self.__exit__()
            self._archive = None
            self._archive, self._source = open_archive(source), source
        return self._archive

    def read(self, source: Path | bytes, member: zipfile.ZipInfo) -> bytes:
        return read_member(self.open(source), member)


def _path_parts(filename: str) -> tuple[str, ...]:
    """Components of a member's name; for display only, never opened as a path."""
    return tuple(part for part in PurePosixPath(filename).parts if part not in ("/", "..", "."))


def _member(
    source: Path | bytes, member: zipfile.ZipInfo, prefix: str, archives: _Archives
) -> SourceFile | RefusedFile:
    parts = _path_parts(member.filename) or ("nameless",)
    name = "/".join((prefix, *parts) if prefix else parts).encode(errors="replace").decode()
    if is_zip(name):
        return RefusedFile(name, "it is a zip inside a zip", "unpack it first")
    stamp = f"{member.file_size}:{member.CRC:08x}"
    return SourceFile(name, stamp, partial(archives.read, source, member))
