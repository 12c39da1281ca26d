"""Addition of files to a collection: a kill leaves all of them in it or none.

One rename puts the files into a hidden folder of the collection. From then on they belong to it
and only have to be moved to their places: at once, or, where the program was killed meanwhile,
when the collection is next looked at.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from musicgen.corpus.source_files import files_below
from musicgen.corpus.user.import_record import RECORD_FILE
from musicgen.corpus.user.safe_names import FreePaths

PENDING_FOLDER = ".addition"


def add_all(staging: Path, collection: Path) -> tuple[Path, ...]:
    """Move the files below a folder, and its import record, into a collection beside it.

    Returns the names in the collection, as relative paths.
    """
    finish_addition(collection)
    staging.replace(collection / PENDING_FOLDER)
    return finish_addition(collection)


def finish_addition(collection: Path) -> tuple[Path, ...]:
    """Move the files of a pending addition to their places; returns their names there.

    A file gets a number if its name has been taken meanwhile. Several programs may do this at the
    same time.
    """
    pending = collection / PENDING_FOLDER
    if not pending.is_dir():
        return ()
    names, free = [], FreePaths(collection)
    for file in files_below(pending):
        name = free.find(file.relative_to(pending))
        with suppress(FileNotFoundError):  # another program has moved it
            (collection / name).parent.mkdir(parents=True, exist_ok=True)
            file.replace(collection / name)
            names.append(name)
    with suppress(FileNotFoundError):
        (pending / RECORD_FILE).replace(collection / RECORD_FILE)
    for folder, _, _ in os.walk(pending, topdown=False):
        with suppress(OSError):  # another program begins the next addition
            Path(folder).rmdir()
    return tuple(names)
