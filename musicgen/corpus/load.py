"""A source, whatever it is, into a collection."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from musicgen.corpus.bundled.library import bundled_collections
from musicgen.corpus.collection import Collection, Piece, RefusedFile
from musicgen.corpus.errors import UnknownSource, UnreadableScore
from musicgen.corpus.readers.read_score import read_piece
from musicgen.corpus.score_cache import Answer, Key, load_cache, save_cache
from musicgen.corpus.source_files import Entry, entries_of
from musicgen.corpus.user.import_record import read_import_record
from musicgen.corpus.user.user_collections import own_collections
from musicgen.errors import Cancelled
from musicgen.paths import LIBRARY, collections_folder
from musicgen.progress import Progress


def load_collection(source: str | Path, progress: Progress | None = None) -> Collection:
    """All the scores of a source, with the files that were refused, now or at import, and why.

    source: the name of a bundled collection or of one of the user's, or the path of a file,
    a folder (with its subfolders) or a zip. Files that were read before and have not changed
    come from the cache. UnknownSource where there is no such thing. Where progress raises
    Cancelled, the collection holds what was read until then and is not `complete`.
    """
    name, path = find_source(source)
    answers, complete = _read_all(path, progress)
    pieces = [each for each in answers if isinstance(each, Piece)]
    return Collection(
        name,
        tuple(piece.score for piece in pieces),
        tuple(piece.file for piece in pieces),
        (
            *(each for each in answers if isinstance(each, RefusedFile)),
            *read_import_record(path).refused,
        ),
        complete,
    )


def find_source(source: str | Path) -> tuple[str, Path]:
    """The name and the path of a source; UnknownSource lists what there is."""
    named = {each.name: each.path for each in bundled_collections()}
    named |= {each.name: each.path for each in own_collections()}
    if isinstance(source, str) and source in named:
        return source, named[source]
    path = Path(source)
    try:
        if str(source) and path.exists():
            return path.resolve().stem if path.is_file() else path.resolve().name, path
    except (OSError, ValueError):  # a name that no file can have
        pass
    raise UnknownSource(
        f"'{str(source)[:200]}' is no collection, file, folder or zip; "
        f"the collections are {', '.join(named)}"
    )


def absolute_source(source: str) -> str:
    """The source as it is found from any folder: a collection's name, or a whole path."""
    path = find_source(source)[1]
    return source if path.parent in (LIBRARY, collections_folder()) else str(path.resolve())


def _read_all(path: Path, progress: Progress | None) -> tuple[list[Answer], bool]:
    """What each file gave, and whether all were asked; the cache is used and kept up."""
    known = load_cache(path)
    read: dict[Key, Answer] = {}
    answers: list[Answer] = []
    complete = True
    with ExitStack() as stack:
        entries = entries_of(path, stack)
        try:
            for done, entry in enumerate(entries, 1):
                answers.append(_answer(entry, known, read))
                if progress:
                    progress(done, len(entries))
        except Cancelled:
            complete = False
    if read.keys() - known.keys() or (complete and known.keys() - read.keys()):
        save_cache(path, read if complete else known | read)
    return answers, complete


def _answer(
    entry: Entry | RefusedFile, known: dict[Key, Answer], read: dict[Key, Answer]
) -> Answer:
    """What a file gave before, or gives now; noted in `read` where its bytes were there."""
    if isinstance(entry, RefusedFile):
        return entry
    key = (entry.file, entry.stamp)
    if key not in known:
        try:
            data = entry.read()
        except UnreadableScore as problem:  # may be put right without a change of the bytes
            return RefusedFile(entry.file, problem.reason, problem.remedy)
    read[key] = known[key] if key in known else read_piece(data, entry.file)
    return read[key]
