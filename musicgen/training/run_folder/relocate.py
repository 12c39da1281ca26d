"""A run whose collection has been moved: where it is now, if its pieces are the same."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

from musicgen.corpus.errors import UnknownSource
from musicgen.corpus.load import absolute_source, find_source, load_collection
from musicgen.errors import Cancelled, MusicgenError
from musicgen.files import write_json
from musicgen.progress import Progress
from musicgen.training.run_folder.run import Run

SPLIT = "split.json"  # the names of the pieces by side


class DifferentPieces(MusicgenError, ValueError):
    """A collection that is not the one that a run has learned from."""


def is_missing(source: str) -> bool:
    """Whether a collection is not where it was."""
    try:
        find_source(source)
    except UnknownSource:
        return True
    return False


def relocate_collection(run: Run, source: str, progress: Progress | None = None) -> None:
    """Have a run go on with its collection where that is now: a name, or a path.

    progress(done, total) hears of files. UnknownSource where there is nothing, OtherPieces where
    there is another collection.
    """
    settings, source = run.settings, absolute_source(source)
    collection = load_collection(source, progress)
    if not collection.complete:
        raise Cancelled
    known = _learned(run)
    there = Counter(score.name for score in collection.scores if len(score))
    if known and there != known:
        missing, new = (known - there).total(), (there - known).total()
        raise DifferentPieces(
            f"'{collection.name}' is another collection: of the {known.total():,} pieces "
            f"of this run {missing:,} are not there, and {new:,} others are"
        )
    write_json(run.folder / "run.json", replace(settings, source=source).to_json())


def _learned(run: Run) -> Counter[str]:
    """The pieces that the run was begun with; none where it was not."""
    try:
        sides = json.loads((run.folder / SPLIT).read_bytes())
        return Counter(name for names in sides.values() for name in names)
    except (OSError, ValueError, AttributeError, TypeError):
        return Counter()
