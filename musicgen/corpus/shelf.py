"""The user's collections on disk: one folder each, with the files as they were given.

Every file and every collection appears whole: it is written beside its place and renamed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from musicgen.corpus.entries import files_below, read_file, shown
from musicgen.corpus.errors import ShelfError
from musicgen.corpus.filenames import collection_name
from musicgen.corpus.library import bundled
from musicgen.corpus.limits import LIMITS
from musicgen.corpus.placing import Added, Progress, put_files
from musicgen.settings import BadName, checked_name, collections_folder


@dataclass(frozen=True)
class Shelved:
    """One of the user's collections."""

    name: str
    path: Path
    files: int
    bytes: int


def shelved() -> tuple[Shelved, ...]:
    """The user's collections in order of name; what is no sound collection is passed over."""
    try:
        folders = sorted(collections_folder().iterdir())
    except OSError:
        return ()
    found = (_described(folder) for folder in folders if _is_collection(folder))
    return tuple(each for each in found if each is not None)


def import_folder(folder: Path, name: str = "", progress: Progress | None = None) -> Added:
    """Copy the music of a folder, with its subfolders, into a new collection.

    name: of the collection; by default the folder's own, with a number where it is taken.
    Files that are not music are refused. Where progress raises Cancelled, the collection
    holds what was copied. ShelfError where there is no such folder or the name is taken.
    """
    if not folder.is_dir():
        raise ShelfError(f"'{shown(folder)}' is not a folder")
    name = _new_name(name) if name else _free_name(collection_name(folder.resolve().name))
    files = list(islice(files_below(folder), LIMITS.folder_files))
    given = [(shown(file.relative_to(folder)), partial(read_file, file)) for file in files]
    with _unfinished() as place:
        added = put_files(place / name, given, progress)
        (place / name).replace(collections_folder() / name)
    return added


def add_files(name: str, files: Iterable[tuple[str, bytes]]) -> Added:
    """Write files, each a name and its bytes, into a collection, which is made if need be.

    A file with the same bytes as one that is there is left out and reported; one with the
    same name and other bytes gets a number.
    """
    path = collections_folder() / checked_name(name)
    if not path.is_dir():
        _new_name(name)
    return put_files(path, [(file, partial(bytes, data)) for file, data in files])


def rename(name: str, new_name: str) -> None:
    """Give a collection another name; ShelfError where there is none or the name is taken."""
    path = _existing(name)
    if new_name != name:
        path.replace(collections_folder() / _new_name(new_name))


def delete(name: str) -> None:
    """Remove a collection and its files; it is gone at once, whatever happens meanwhile."""
    path = _existing(name)
    with _unfinished() as place:
        path.replace(place / "gone")


def _described(folder: Path) -> Shelved | None:
    try:
        sizes = [file.lstat().st_size for file in files_below(folder)]
    except OSError:
        return None
    return Shelved(folder.name, folder, len(sizes), sum(sizes))


def _is_collection(folder: Path) -> bool:
    with suppress(OSError, BadName):
        return folder.is_dir() and checked_name(folder.name) == folder.name
    return False


def _existing(name: str) -> Path:
    path = collections_folder() / checked_name(name)
    if not _is_collection(path):
        raise ShelfError(f"there is no collection '{name}' of yours")
    return path


def _new_name(name: str) -> str:
    if _is_taken(checked_name(name)):
        raise ShelfError(f"there is a collection '{name}' already: choose another name")
    return name


def _free_name(name: str) -> str:
    number, candidate = 2, name
    while _is_taken(candidate):
        candidate, number = f"{name} ({number})", number + 1
    return candidate


def _is_taken(name: str) -> bool:
    """Whether a name is a collection's, here or in the library."""
    return (collections_folder() / name).exists() or name in {each.name for each in bundled()}


@contextmanager
def _unfinished() -> Iterator[Path]:
    """A folder beside the collections that is none of them, and gone afterwards."""
    collections_folder().mkdir(parents=True, exist_ok=True)
    path = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=collections_folder()))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
