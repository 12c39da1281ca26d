"""The user's collections: one folder each, with the files as they were imported or uploaded.

A collection appears whole, and an addition to one as well: files are copied into a temporary
folder beside the collections, which is then renamed to a collection or into one.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from musicgen.bin import COLLECTIONS, move_to_bin
from musicgen.corpus.bundled.library import bundled_collections
from musicgen.corpus.collection import why_empty
from musicgen.corpus.errors import CollectionError
from musicgen.corpus.source_files import Listing, files_below, list_files, list_uploads, printable
from musicgen.corpus.user.addition import add_all, finish_addition
from musicgen.corpus.user.copy_files import CopyResult, FileCopier, temporary_folder
from musicgen.corpus.user.import_record import (
    read_import_record,
    resolved_source,
    update_import_record,
)
from musicgen.corpus.user.safe_names import collection_name
from musicgen.paths import BadName, checked_name, collections_folder
from musicgen.progress import Progress


@dataclass(frozen=True)
class UserCollection:
    """One of the user's collections."""

    name: str
    path: Path
    files: int
    bytes: int


def own_collection_names() -> tuple[str, ...]:
    """Names of the user's collections, sorted; folders with other names are left out."""
    try:
        folders = sorted(collections_folder().iterdir(), key=lambda path: path.name.casefold())
    except OSError:
        return ()
    return tuple(folder.name for folder in folders if _is_collection(folder))


def own_collections() -> tuple[UserCollection, ...]:
    """The user's collections, sorted by name, with the number and size of their files."""
    paths = [collection_path(name) for name in own_collection_names()]
    collections = (_measure(path) for path in paths if path is not None)
    return tuple(collection for collection in collections if collection is not None)


def collection_path(name: str) -> Path | None:
    """The folder of one of the user's collections; None if there is none of that name.

    An addition that was killed is finished first.
    """
    path = collections_folder() / name
    # A path, absolute or with `..`, would lead elsewhere.
    if path.name != name or not _is_collection(path):
        return None
    with suppress(OSError):  # the folder can be read and not written
        finish_addition(path)
    return path


def import_source(source: Path, name: str = "", progress: Progress | None = None) -> CopyResult:
    """Copy the music of a folder (with its subfolders), a zip or a file into a new collection.

    name: of the collection; by default the source's own, with a number if it is taken. Zips are
    unpacked. Files that are not music are refused and recorded. If `progress` raises Cancelled,
    the collection holds the files copied so far. Raises CollectionError if there is no such
    source or no music in it, or if the name is taken.
    """
    _check_source(source)
    path = source.resolve()
    own_name = path.stem if path.is_file() else path.name
    name = _new_name(name) if name else _free_name(collection_name(own_name))
    with ExitStack() as stack:
        return _add(name, list_files(source, stack), progress, source, printable(source))


def add_source(name: str, source: Path, progress: Progress | None = None) -> CopyResult:
    """Copy the new files of a folder, a zip or a file into an existing collection."""
    name = _existing(name).name
    _check_source(source)
    with ExitStack() as stack:
        return _add(name, list_files(source, stack), progress, source, printable(source))


def add_files(
    name: str, files: Iterable[tuple[str, bytes]], progress: Progress | None = None
) -> CopyResult:
    """Copy uploads, pairs of name and bytes, into a collection, which is created if missing.

    Zips are unpacked. A file is left out if the collection has one with the same bytes; it gets a
    number if its name is taken. Raises CollectionError if a new collection would be empty.
    """
    name = checked_name(name)
    if collection_path(name) is None:
        _new_name(name)
    with ExitStack() as stack:
        return _add(name, list_uploads(files, stack), progress, None, "the upload")


def collections_from(source: Path) -> tuple[str, ...]:
    """Names of the collections that were imported from a file or folder."""
    try:
        path = resolved_source(source)
    except (OSError, RuntimeError, ValueError):  # no valid path, or a circle of links
        return ()
    return tuple(
        name
        for name in own_collection_names()
        if path in read_import_record(collections_folder() / name).imported_from
    )


def rename(name: str, new_name: str) -> str:
    """Rename a collection and return its name in Unicode's form NFC.

    Raises CollectionError if there is no such collection or the name is taken.
    """
    path = _existing(name)
    if new_name == name:
        return name
    return path.replace(collections_folder() / _new_name(new_name)).name


def delete(name: str) -> None:
    """Move a collection with its files to the bin."""
    move_to_bin(_existing(name), COLLECTIONS)


def _add(
    name: str, files: Listing, progress: Progress | None, source: Path | None, shown_as: str
) -> CopyResult:
    """Copy files beside the collections, then into the collection or as a new one."""
    path = collections_folder() / name
    with temporary_folder(collections_folder()) as folder:
        staging = folder / name
        copier = FileCopier(path, staging)
        result = copier.copy_all(files, progress)
        if path.is_dir():
            staging.mkdir(exist_ok=True)
            update_import_record(path, result, source, written_to=staging)
            result = replace(result, files=tuple(map(printable, add_all(staging, path))))
        elif result.files:
            update_import_record(staging, result, source, written_to=staging)
            staging.replace(path)
        elif result.complete:
            raise CollectionError(f"nothing was imported: {why_empty(result.refused, shown_as)}")
        else:
            raise CollectionError("nothing was imported: cancelled before the first file")
    return result


def _check_source(source: Path) -> None:
    if not (source.is_dir() or source.is_file()):
        raise CollectionError(f"'{printable(source)}' is not a folder or a file on this computer")


def _measure(folder: Path) -> UserCollection | None:
    try:
        sizes = [file.lstat().st_size for file in files_below(folder)]
    except OSError:  # deleted meanwhile
        return None
    return UserCollection(folder.name, folder, len(sizes), sum(sizes))


def _is_collection(folder: Path) -> bool:
    with suppress(OSError, ValueError, BadName):
        return checked_name(folder.name) == folder.name and folder.is_dir()
    return False


def _existing(name: str) -> Path:
    path = collection_path(checked_name(name))
    if path is None:
        raise CollectionError(f"there is no collection '{name}' of yours")
    return path


def _new_name(name: str) -> str:
    name = checked_name(name)
    if _is_taken(name):
        raise CollectionError(f"there is a collection '{name}' already: choose another name")
    return name


def _free_name(name: str) -> str:
    number, candidate = 2, name
    while _is_taken(candidate):
        candidate, number = f"{name} ({number})", number + 1
    return candidate


def _is_taken(name: str) -> bool:
    """Whether one of the user's collections or a bundled one has the name."""
    bundled = {collection.name for collection in bundled_collections()}
    return (collections_folder() / name).exists() or name in bundled
