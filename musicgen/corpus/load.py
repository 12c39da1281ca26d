"""Loading of a source (collection, file, folder or zip) as a collection of scores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from musicgen.corpus.bundled.library import bundled_collections
from musicgen.corpus.collection import Collection, Piece, RefusedFile
from musicgen.corpus.errors import PreparedSource, UnknownSource, UnreadableScore
from musicgen.corpus.prepared_folders import is_prepared, prepared_folders
from musicgen.corpus.readers.abc.books import SplitBook
from musicgen.corpus.readers.formats import ABC, FORMATS, detect_format, extension
from musicgen.corpus.readers.notation_process import split_book
from musicgen.corpus.readers.read_score import read_piece
from musicgen.corpus.score_cache import (
    CacheEntry,
    FileKey,
    ReadResult,
    TuneList,
    load_cache,
    save_cache,
)
from musicgen.corpus.source_files import Listing, SourceFile, list_files, stamp_of
from musicgen.corpus.time_choice import TimeChoice, saved_time, with_time
from musicgen.corpus.user.import_record import read_import_record
from musicgen.corpus.user.user_collections import collection_path, own_collection_names
from musicgen.errors import Cancelled
from musicgen.paths import LIBRARY, collections_folder, is_shared
from musicgen.progress import Progress


def load_collection(
    source: str | Path, progress: Progress | None = None, time: TimeChoice = "auto"
) -> Collection:
    """Load all scores of a source, and the files that were refused now or at import.

    source: the name of a bundled collection or of one of the user's, or the path of a file, a
    folder (with its subfolders) or a zip. Files that are unchanged since they were last read come
    from the cache. `progress` gets pieces done and pieces in all; if it raises Cancelled, the
    collection holds the pieces read so far and is not `complete`. time: the kind of time of all
    pieces; `auto` is what is saved for the source, else what is recognised. Raises UnknownSource.
    """
    name, path = find_source(source)
    if is_prepared(path):
        raise PreparedSource(
            f"'{name}' is a prepared data set, whose scores are not loaded all at once: this needs "
            "the folder or zip that it was prepared from"
        )
    time = saved_time(path) if time == "auto" else time
    results, complete = _read_all(path, progress)
    pieces = [result for result in results if isinstance(result, Piece)]
    refused = [result for result in results if isinstance(result, RefusedFile)]
    return Collection(
        name,
        tuple(with_time(piece.score, time) for piece in pieces),
        tuple(piece.file for piece in pieces),
        (*refused, *read_import_record(path).refused),
        complete,
    )


def find_source(source: str | Path) -> tuple[str, Path]:
    """Name and path of a source; raises UnknownSource, which lists the collections."""
    bundled = {collection.name: collection.path for collection in bundled_collections()}
    prepared = prepared_folders()
    if isinstance(source, str):
        path = collection_path(source) or bundled.get(source) or prepared.get(source)
        if path is not None:
            return source, path
    path = Path(source)
    try:
        # A shared server does not even say whether a path exists.
        if not is_shared() and str(source) and path.exists():
            return path.resolve().stem if path.is_file() else path.resolve().name, path
    except (OSError, ValueError):  # a name that no file can have
        pass
    raise UnknownSource(
        f"'{str(source)[:200]}' is no collection{'' if is_shared() else ', file, folder or zip'}; "
        f"the collections are {', '.join((*bundled, *own_collection_names(), *prepared))}"
    )


def absolute_source(source: str) -> str:
    """The source in a form that does not depend on the working directory."""
    path = find_source(source)[1]
    return source if path.parent in (LIBRARY, collections_folder()) else str(path.resolve())


def read_files(files: Listing) -> Iterator[ReadResult]:
    """The pieces and refusals of listed files, read one after the other and not cached."""
    reader = _CachedReader({})
    for file in files:
        for piece in reader.pieces_in(file):
            yield reader.read(piece)


def _read_all(path: Path, progress: Progress | None) -> tuple[list[ReadResult], bool]:
    """Read the pieces of all files; False if cancelled. Updates the cache."""
    reader = _CachedReader(load_cache(path))
    results: list[ReadResult] = []
    complete = True
    with ExitStack() as stack:
        files = list_files(path, stack)
        total = len(files)
        try:
            for file in files:
                pieces = reader.pieces_in(file)
                total += len(pieces) - 1
                for piece in pieces:
                    results.append(reader.read(piece))
                    if progress:
                        progress(len(results), total)
        except Cancelled:
            complete = False
    reader.save(path, complete)
    return results, complete


class _CachedReader:
    """Reads files that are not in the cache, and collects the entries of a new cache."""

    def __init__(self, cached: dict[FileKey, CacheEntry]) -> None:
        self._cached = cached
        self._entries: dict[FileKey, CacheEntry] = {}

    def pieces_in(self, file: SourceFile | RefusedFile) -> Listing:
        """The tunes of an ABC book as files of their own; any other file itself."""
        if isinstance(file, RefusedFile) or FORMATS.get(extension(file.name), ABC) != ABC:
            return [file]
        key = (file.name, file.stamp)
        entry = self._cached.get(key)
        if isinstance(entry, TuneList) and self._cached.keys() >= set(entry.tunes):
            self._entries[key] = entry
            return [SourceFile(name, stamp, file.read) for name, stamp in entry.tunes]
        if isinstance(entry, Piece | RefusedFile):
            return [file]
        try:
            data = file.read()
            if detect_format(data, file.name) != ABC:
                return [SourceFile(file.name, file.stamp, partial(bytes, data))]
            book = split_book(data)
            tunes = _tune_files(file.name, book)
        except Exception as problem:  # one file must not make a collection unreadable
            return [_refusal(file.name, problem)]
        if len(tunes) == 1:
            return [SourceFile(file.name, file.stamp, partial(bytes, data))]
        self._entries[key] = TuneList(tuple((tune.name, tune.stamp) for tune in tunes))
        return list(tunes)

    def read(self, file: SourceFile | RefusedFile) -> ReadResult:
        """The piece in a file or the refusal, from the cache if it is there."""
        if isinstance(file, RefusedFile):
            return file
        key = (file.name, file.stamp)
        result = self._cached.get(key)
        if result is None or isinstance(result, TuneList):
            try:
                data = file.read()
            except Exception as problem:  # not cached: it can be mended with the same bytes
                return _refusal(file.name, problem)
            try:
                result = read_piece(data, file.name)
            except Exception as problem:  # not cached: the next version may read it
                return _refusal(file.name, problem)
        self._entries[key] = result
        return result

    def save(self, source: Path, complete: bool) -> None:
        """Save the cache if it changed; results of deleted files are dropped."""
        updated = self._entries if complete else self._cached | self._entries
        if updated.keys() != self._cached.keys():
            save_cache(source, updated)


def _tune_files(book_name: str, book: SplitBook) -> list[SourceFile]:
    """The tunes of a book as files of their own, whose texts are assembled when they are read."""
    name = book_name.removesuffix(".abc")
    files = []
    for number, (start, end) in enumerate(book.tunes(), start=1):
        read = partial(book.tune, start, end)
        files.append(SourceFile(f"{name} (tune {number}).abc", stamp_of(read()), read))
    return files


def _refusal(file: str, problem: Exception) -> RefusedFile:
    """The refusal of a file whose reading raised an error of whatever kind."""
    if isinstance(problem, UnreadableScore):
        return RefusedFile(file, problem.reason, problem.remedy)
    if isinstance(problem, MemoryError):
        return RefusedFile(file, "it takes too much memory to read")
    return RefusedFile(file, f"its reader failed on it ({type(problem).__name__})")
