"""The user's collections on disk: one folder each, with the files as they were given.

Every file and every collection appears whole: it is written beside its place and renamed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from musicgen.corpus.bundled.library import bundled_collections
from musicgen.corpus.errors import CollectionError
from musicgen.corpus.source_files import files_below, files_given, files_of, shown
from musicgen.corpus.user.copy_files import (
    TEMPORARY_PREFIX,
    CopyResult,
    Progress,
    copy_files,
    remove_leftovers,
)
from musicgen.corpus.user.import_record import (
    read_import_record,
    resolved_source,
    update_import_record,
)
from musicgen.corpus.user.safe_names import collection_name
from musicgen.paths import BadName, checked_name, collections_folder


@dataclass(frozen=True)
class UserCollection:
    """One of the user's collections."""

    name: str
    path: Path
    files: int
    bytes: int


def own_collections() -> tuple[UserCollection, ...]:
    """The user's collections in order of name; what is no sound collection is passed over."""
    try:
        folders = sorted(collections_folder().iterdir(), key=lambda each: each.name.casefold())
    except OSError:
        return ()
    found = (_described(folder) for folder in folders if _is_collection(folder))
    return tuple(each for each in found if each is not None)


def import_source(source: Path, name: str = "", progress: Progress | None = None) -> CopyResult:
    """Copy the music of a folder with its subfolders, of a zip or one file, into a new collection.

    name: of the collection; by default the source's own, with a number where it is taken. Zips
    are unpacked. Files that are not music are refused, and those are remembered. Where progress
    raises Cancelled, the collection holds what was copied. CollectionError where there is no such
    source or no music in it, or where the name is taken.
    """
    _check_source(source)
    own = source.resolve()
    own_name = own.stem if own.is_file() else own.name
    name = _new_name(name) if name else _free_name(collection_name(own_name))
    with _unfinished() as place, ExitStack() as stack:
        added = copy_files(place / name, files_of(source, stack), progress)
        if not added.files:
            raise CollectionError(_why_nothing(added, shown(source)))
        update_import_record(place / name, added, source)
        (place / name).replace(collections_folder() / name)
    return added


def add_source(name: str, source: Path, progress: Progress | None = None) -> CopyResult:
    """Copy what is new in a folder, a zip or a file into a collection that is there."""
    path = _existing(name)
    _check_source(source)
    with ExitStack() as stack:
        added = copy_files(path, files_of(source, stack), progress)
    update_import_record(path, added, source)
    return added


def collections_from(source: Path) -> tuple[str, ...]:
    """The names of the collections that hold what was imported from a file or a folder."""
    try:
        wanted = resolved_source(source)
    except (OSError, RuntimeError, ValueError):  # no name of a file, or links in a circle
        return ()
    return tuple(
        each.name for each in own_collections() if wanted in read_import_record(each.path).sources
    )


def add_files(
    name: str, files: Iterable[tuple[str, bytes]], progress: Progress | None = None
) -> CopyResult:
    """Write files, each a name and its bytes, into a collection, which is made if need be.

    Zips are unpacked. A file with the same bytes as one that is there is left out and reported;
    one with the same name and other bytes gets a number. CollectionError where a new collection
    would have no file.
    """
    name = checked_name(name)
    path = collections_folder() / name
    is_new = not path.is_dir()
    if is_new:
        _new_name(name)
    with ExitStack() as stack:
        added = copy_files(path, files_given(files, stack), progress)
    if is_new and not added.files:
        raise CollectionError(_why_nothing(added, "what was given"))
    update_import_record(path, added)
    return added


def rename(name: str, new_name: str) -> str:
    """Give a collection another name, which is returned as it is kept.

    CollectionError where there is no such collection or the name is taken.
    """
    path = _existing(name)
    if new_name == name:
        return name
    return path.replace(collections_folder() / _new_name(new_name)).name


def delete(name: str) -> None:
    """Remove a collection and its files; it is gone at once, whatever happens meanwhile."""
    path = _existing(name)
    with _unfinished() as place:
        path.replace(place / "gone")


def _check_source(source: Path) -> None:
    if not (source.is_dir() or source.is_file()):
        raise CollectionError(f"'{shown(source)}' is not a folder or a file on this computer")


def _why_nothing(added: CopyResult, source: str) -> str:
    """What is said where a collection would have no file."""
    if not added.complete:
        return "it was cancelled before the first file was copied: nothing was imported"
    if not added.refused:
        return f"there is no file in {source}: nothing was imported"
    first = added.refused[0]
    said = f"'{first.file}' was refused: {first.reason}"
    said += f"; {first.remedy}" if first.remedy else ""
    others = len(added.refused) - 1
    more = f" ({others:,} more {'file was' if others == 1 else 'files were'} refused)"
    return f"nothing was imported, for there is no music in {source}: {said}{more * (others > 0)}"


def _described(folder: Path) -> UserCollection | None:
    try:
        sizes = [file.lstat().st_size for file in files_below(folder)]
    except OSError:
        return None
    return UserCollection(folder.name, folder, len(sizes), sum(sizes))


def _is_collection(folder: Path) -> bool:
    with suppress(OSError, BadName):
        return folder.is_dir() and checked_name(folder.name) == folder.name
    return False


def _existing(name: str) -> Path:
    path = collections_folder() / checked_name(name)
    if not _is_collection(path):
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
    """Whether a name is a collection's, here or in the library."""
    return (collections_folder() / name).exists() or name in {
        each.name for each in bundled_collections()
    }


@contextmanager
def _unfinished() -> Iterator[Path]:
    """A folder beside the collections that is none of them, and gone afterwards."""
    collections_folder().mkdir(parents=True, exist_ok=True)
    remove_leftovers(collections_folder())
    path = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=collections_folder()))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
