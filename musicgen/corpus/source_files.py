"""The files of a source, one by one, each with what tells whether it has changed."""

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
from musicgen.corpus.readers.formats import ending_of, text_of, tunes_of
from musicgen.corpus.readers.limits import LIMITS, check_size

# What systems leave behind in folders and zips: nobody put it there, nobody misses it.
_LEFT_BEHIND = {"thumbs.db", "desktop.ini", "__macosx"}


@dataclass(frozen=True)
class Entry:
    """One file of a source."""

    file: str  # its name, relative to the source, fit to be shown
    stamp: str  # another one when the bytes are others
    read: Callable[[], bytes]  # UnreadableScore where that fails


def entries_of(path: Path, stack: ExitStack) -> list[Entry | RefusedFile]:
    """The pieces of a source: its files in order of name, an ABC book's tunes one by one.

    stack keeps an archive open until the entries have been read.
    """
    return [each for entry in files_of(path, stack) for each in _tunes(entry)]


def files_of(path: Path, stack: ExitStack) -> list[Entry | RefusedFile]:
    """The files of a folder and of the zips in it, of a zip, or the one file that path is."""
    archives = stack.enter_context(_Archives())
    if path.is_dir():
        return _folder_entries(path, archives)
    if is_zip(path.name):
        return _zip_entries(path, "", path.name, archives)
    return [_file_entry(path, shown(Path(path.name)))]


def files_given(files: Iterable[tuple[str, bytes]], stack: ExitStack) -> list[Entry | RefusedFile]:
    """Uploads, each a name and its bytes, and what is in the zips among them.

    Of a folder that is uploaded what systems leave behind is passed over, as in any folder.
    """
    archives = stack.enter_context(_Archives())
    entries: list[Entry | RefusedFile] = []
    for name, data in files:
        parts = _parts(name.replace("\\", "/"))
        if len(parts) > 1 and any(map(_is_left_behind, parts)):
            continue
        if is_zip(name):
            entries += _zip_entries(data, name, name, archives)
        else:
            entries.append(_given(name, data))
    return entries


def shown(path: Path) -> str:
    """A path as text that can be printed, whatever bytes are in it."""
    return os.fsencode(path.as_posix()).decode("utf-8", errors="replace")


def read_file(path: Path) -> bytes:
    """The bytes of a file within the limits; UnreadableScore says why not."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableScore("it is not a file that can be read (a device or a pipe)")
        check_size(status.st_size, most=_most_bytes(path))
        return path.read_bytes()
    except OSError as problem:
        raise UnreadableScore(f"it cannot be opened: {_cause(problem)}") from problem


def _most_bytes(path: Path) -> int:
    return LIMITS.archive_bytes if is_zip(path.name) else LIMITS.file_bytes


def is_zip(file: str) -> bool:
    """Whether a file is an archive of files, by its ending."""
    return file.lower().endswith(".zip")


def files_below(folder: Path, on_error: Callable[[OSError], None] | None = None) -> Iterator[Path]:
    """The files below a folder in order of name; links to folders are not followed.

    What systems leave behind and hidden files are passed over. on_error is told of folders
    that cannot be listed.
    """
    for parent, folders, files in os.walk(folder, onerror=on_error):
        folders[:] = sorted(each for each in folders if not _is_left_behind(each))
        for name in sorted(files):
            if not _is_left_behind(name):
                yield Path(parent, name)


def _is_left_behind(name: str) -> bool:
    hidden = name.startswith(".") and not name.startswith("..")  # no title that begins with dots
    return hidden or name.lower() in _LEFT_BEHIND


def _folder_entries(path: Path, archives: _Archives) -> list[Entry | RefusedFile]:
    entries: list[Entry | RefusedFile] = []
    unlisted: list[OSError] = []
    for file in files_below(path, unlisted.append):
        if len(entries) >= LIMITS.folder_files:
            reason = f"the folder holds more files than the {LIMITS.folder_files:,} that are read"
            return [*entries, RefusedFile(shown(Path(path.name)), reason, "divide it")]
        name = shown(file.relative_to(path))
        if is_zip(name):
            entries += _zip_entries(file, name, name, archives)
        else:
            entries.append(_file_entry(file, name))
    for problem in unlisted:
        folder = shown(Path(str(problem.filename)).relative_to(path))
        entries.append(RefusedFile(folder, f"the folder cannot be opened: {_cause(problem)}"))
    return entries


def _file_entry(path: Path, name: str) -> Entry | RefusedFile:
    try:
        status = path.stat()
    except OSError as problem:
        return RefusedFile(name, f"it cannot be opened: {_cause(problem)}")
    return Entry(name, f"{status.st_size}:{status.st_mtime_ns}", partial(read_file, path))


def _cause(problem: OSError) -> str:
    return (problem.strerror or type(problem).__name__).lower()


def _given(name: str, data: bytes) -> Entry:
    return Entry(name, hashlib.sha256(data).hexdigest()[:32], partial(bytes, data))


def _zip_entries(
    source: Path | bytes, prefix: str, name: str, archives: _Archives
) -> list[Entry | RefusedFile]:
    """The members of a zip; prefix: before their names, the zip's own where it is one of many."""
    try:
        members = archives.open(source).infolist()
    except UnreadableScore as problem:
        return [RefusedFile(name, problem.reason, problem.remedy)]
    members = sorted(members, key=lambda member: member.filename)
    return [_member_entry(source, each, prefix, archives) for each in members if _is_wanted(each)]


class _Archives:
    """Opens archives, and keeps the last one open: a folder may hold more than a process can."""

    def __init__(self) -> None:
        self._source: Path | bytes | None = None
        self._archive: zipfile.ZipFile | None = None

    def __enter__(self) -> _Archives:
        return self

    def __exit__(self, *_: object) -> None:
        if self._archive is not None:
            self._archive.close()

    def open(self, source: Path | bytes) -> zipfile.ZipFile:
        """The archive of a path or of bytes; UnreadableScore says why not."""
        if self._archive is None or source is not self._source:
            self.__exit__()
            self._archive = None
            self._archive, self._source = open_archive(source), source
        return self._archive

    def read(self, source: Path | bytes, member: zipfile.ZipInfo) -> bytes:
        return read_member(self.open(source), member)


def _is_wanted(member: zipfile.ZipInfo) -> bool:
    return not member.is_dir() and not any(map(_is_left_behind, _parts(member.filename)))


def _parts(filename: str) -> tuple[str, ...]:
    """The components of a member's name; it is text to show, never a path to open."""
    return tuple(part for part in PurePosixPath(filename).parts if part not in ("/", "..", "."))


def _member_entry(
    source: Path | bytes, member: zipfile.ZipInfo, prefix: str, archives: _Archives
) -> Entry | RefusedFile:
    parts = _parts(member.filename) or ("nameless",)
    file = "/".join((prefix, *parts) if prefix else parts).encode(errors="replace").decode()
    if is_zip(file):
        return RefusedFile(file, "it is a zip inside a zip", "unpack it first")
    stamp = f"{member.file_size}:{member.CRC:08x}"
    return Entry(file, stamp, partial(archives.read, source, member))


def _tunes(entry: Entry | RefusedFile) -> list[Entry | RefusedFile]:
    """The tunes of an ABC book, each as a file of its own; any other entry as it is."""
    if isinstance(entry, RefusedFile) or ending_of(entry.file) != ".abc":
        return [entry]
    try:
        tunes = tunes_of(text_of(entry.read()))
    except UnreadableScore as problem:
        return [RefusedFile(entry.file, problem.reason, problem.remedy)]
    if len(tunes) == 1:
        return [entry]
    stem = entry.file[: -len(".abc")]
    return [
        _given(f"{stem} (tune {number}).abc", tune.encode()) for number, tune in enumerate(tunes, 1)
    ]
