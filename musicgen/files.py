"""Files: atomic writing, reading of regular files, messages of errors.

Files and folders are written beside their place, synced, then renamed.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, BufferedWriter
from pathlib import Path
from stat import S_IMODE, S_ISREG
from typing import Any

from musicgen.errors import MusicgenError
from musicgen.paths import is_shared

_DISK_FULL_ERRORS = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
DISK_FULL = "the disk is full: free some space"
USER_ERRORS = (MusicgenError, OSError)  # for a person to act on; any other exception is a bug


def write_bytes(path: Path, data: bytes | memoryview, mode: int = 0o600) -> None:
    """Replace a file atomically: a kill leaves the old file or the new one."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode != 0o600:  # that of a temporary file
            Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def write_output(path: Path, data: bytes) -> None:
    """Write a file that a person has named: whole, or not at all, with the usual permissions.

    A link is followed, and a device or pipe is written to; none of these is replaced by a file.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    mode = path.stat().st_mode if path.exists() else 0o666 & ~_umask()
    write_bytes(path, data, S_IMODE(mode))


def open_file(path: Path) -> BufferedReader:
    """Open a regular file for reading. Raises OSError for anything else.

    A pipe or a device would be read without end, or not even opened; a name with a NUL or with half
    of a character raises ValueError elsewhere.
    """
    return os.fdopen(_open_regular(path, os.O_RDONLY), "rb")


def open_to_append(path: Path) -> BufferedWriter:
    """Open a regular file, which need not be there yet, to append to it.

    Raises OSError for anything else: a pipe would be waited for until somebody reads it.
    """
    return os.fdopen(_open_regular(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT), "ab")


def _open_regular(path: Path, flags: int) -> int:
    """Handle of a regular file; raises OSError for anything else."""
    flags |= getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags, 0o666)
    except ValueError as problem:
        raise OSError(errno.EINVAL, f"no file has such a name ({problem})", str(path)) from None
    if not S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is not a file", str(path))
    return handle


def read_file(path: Path) -> bytes:
    """Contents of a regular file. Raises OSError for anything else."""
    with open_file(path) as file:
        return file.read()


def reason_of(problem: OSError) -> str:
    """Why a file cannot be read or written, for a person: no number and no path."""
    if is_disk_full(problem):
        return DISK_FULL
    return problem.strerror or str(problem) or type(problem).__name__


def message_of(problem: BaseException) -> str:
    """One of USER_ERRORS in one line for a person; on a shared server without paths."""
    if isinstance(problem, OSError) and not isinstance(problem, MusicgenError):
        if problem.strerror and problem.filename and not is_disk_full(problem) and not is_shared():
            return f"'{problem.filename}': {problem.strerror}"
        return reason_of(problem)
    return " ".join(str(problem).split()) or type(problem).__name__


def is_disk_full(problem: OSError) -> bool:
    """Whether an error says that there is no space left, on the disk or for this person."""
    return problem.errno in _DISK_FULL_ERRORS


def _umask() -> int:
    """The permissions that new files of this process do not get."""
    umask = os.umask(0)
    os.umask(umask)
    return umask


def overwrite_json(path: Path, value: Any) -> None:
    """Overwrite an existing file in place, which works on a full disk too.

    A kill may leave a damaged file: only for files that `write_json` cannot write.
    """
    data = to_json_bytes(value)
    with path.open("r+b") as file:
        file.write(data)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def write_json(path: Path, value: Any) -> None:
    """Replace a JSON file atomically; raises ValueError for NaN and infinity."""
    write_bytes(path, to_json_bytes(value))


def to_json_bytes(value: Any) -> bytes:
    """Contents of a JSON file; raises ValueError for NaN and infinity."""
    return (json.dumps(value, indent=1, allow_nan=False) + "\n").encode()


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Create a folder atomically: the block fills a temporary folder, which is then renamed.

    If the block raises, nothing is left. Raises FileExistsError if there is a folder by then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        yield temporary
        for folder, _, names in os.walk(temporary):
            for name in names:
                _sync_file(Path(folder) / name)
            _sync_folder(Path(folder))
        temporary.chmod(0o755)
        if path.exists():
            raise FileExistsError(f"'{path.name}' is there already")
        try:
            temporary.rename(path)
        except OSError:  # the error number differs between systems
            if path.exists():
                raise FileExistsError(f"'{path.name}' is there already") from None
            raise
        _sync_folder(path.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _sync_file(path: Path) -> None:
    with open_file(path) as file:
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
