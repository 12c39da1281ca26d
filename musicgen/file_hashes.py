"""SHA-256 of the files of a folder, written when they are saved and checked when they are read.

A folder holds the list as `sha256.json`. Folders of earlier versions have none: their files are
read unchecked. The list finds damage; it does not say who wrote the files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from musicgen.errors import MusicgenError
from musicgen.files import open_file, reason_of, write_bytes, write_json
from musicgen.json_files import InvalidJson, read_json

FILE = "sha256.json"
MAX_FILES = 1000
MAX_LIST_BYTES = 2**20
MAX_CACHED = 256  # hashes of files, by their stamps


class DamagedFile(MusicgenError):
    """A file that is not as it was saved."""


# Of a file in the folder itself: a path of a list from elsewhere could name any file.
_Name = Annotated[str, Meta(pattern=r"^[\w-][\w.-]{0,99}$")]


@dataclass(frozen=True)
class _List:
    sha256: Annotated[dict[_Name, str], Meta(max_length=MAX_FILES)] = field(default_factory=dict)


def write_hashes(folder: Path, names: Iterable[str]) -> None:
    """Write the list of a folder anew: the files of these names."""
    _write(folder, {name: sha256_of(folder / name) for name in sorted(names)})


def write_listed(folder: Path, name: str, data: bytes) -> None:
    """Replace a file and its hash in the folder's list.

    The file is unlisted while it is replaced, so that a kill leaves no hash of another content.
    """
    hashes = dict(_read(folder))
    if hashes.pop(name, None) is not None:
        _write(folder, hashes)
    write_bytes(folder / name, data)
    _write(folder, {**hashes, name: hashlib.sha256(data).hexdigest()})


def listed_files(folder: Path) -> set[str]:
    """Names of the files in a folder's list."""
    return set(_read(folder))


def check_files(folder: Path, names: Iterable[str]) -> None:
    """Raise DamagedFile where a listed file of these names is missing or not as it was saved."""
    hashes = _read(folder)
    for name in names:
        if name in hashes:
            check_bytes(folder, name, sha256_of(folder / name), hashes)


def check_bytes(folder: Path, name: str, sha256: str, hashes: dict[str, str] | None = None) -> None:
    """Raise DamagedFile where a file of this hash is listed with another one."""
    listed = (_read(folder) if hashes is None else hashes).get(name)
    if listed is not None and listed != sha256:
        raise DamagedFile(f"{name} is damaged: it is not as it was saved")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hexadecimal, computed again when the file has changed.

    Raises DamagedFile where it cannot be read.
    """
    try:
        stamp = path.stat()
        return _sha256(path, stamp.st_ino, stamp.st_mtime_ns, stamp.st_size)
    except OSError as problem:
        raise DamagedFile(f"{path.name} cannot be read: {reason_of(problem)}") from None


@lru_cache(maxsize=MAX_CACHED)
def _sha256(path: Path, inode: int, changed_ns: int, size: int) -> str:
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(folder: Path) -> dict[str, str]:
    """The list of a folder; empty where it has none."""
    if not (folder / FILE).exists():
        return {}
    try:
        stored: _List = read_json(folder / FILE, _List, MAX_LIST_BYTES)
    except InvalidJson as problem:
        raise DamagedFile(str(problem)) from None
    return stored.sha256


def _write(folder: Path, hashes: dict[str, str]) -> None:
    write_json(folder / FILE, {"sha256": hashes})
