"""A run whose collection was moved: point it to the new place, if the pieces are the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from musicgen.corpus.errors import UnknownSource
from musicgen.corpus.load import absolute_source, find_source, load_collection
from musicgen.errors import Cancelled, MusicgenError
from musicgen.files import write_json
from musicgen.progress import Progress
from musicgen.training.data.run_split import read_split
from musicgen.training.data.stored import find_prepared, keep_content
from musicgen.training.run_folder.run import Run


class DifferentPieces(MusicgenError):
    """A collection that holds other pieces than the run was trained on."""


def is_missing(source: str) -> bool:
    """Whether a collection is not where it was."""
    try:
        find_source(source)
    except UnknownSource:
        return True
    return False


def relocate_collection(run: Run, source: str, progress: Progress | None = None) -> None:
    """Change the collection of a run to the same pieces under another name or path.

    Raises UnknownSource where there is no collection, DifferentPieces or ChangedData where there
    is another one, and Cancelled.
    """
    settings, source = run.settings, absolute_source(source)
    data_set = find_prepared(source)
    if data_set is not None:
        keep_content(run.folder, data_set)
        write_json(run.folder / "run.json", replace(settings, source=source).to_json())
        return
    collection = load_collection(source, progress)
    if not collection.complete:
        raise Cancelled
    trained_on = _piece_names(run)
    present = Counter(score.name for score in collection.scores if len(score))
    if trained_on and present != trained_on:
        missing, new = (trained_on - present).total(), (present - trained_on).total()
        raise DifferentPieces(
            f"'{collection.name}' is another collection: of the {trained_on.total():,} pieces "
            f"of this run {missing:,} are not there, and {new:,} others are"
        )
    write_json(run.folder / "run.json", replace(settings, source=source).to_json())


def _piece_names(run: Run) -> Counter[str]:
    """Names of the pieces that a run was trained on; empty where it never began."""
    return Counter(name for names in read_split(run.folder).values() for name in names)
