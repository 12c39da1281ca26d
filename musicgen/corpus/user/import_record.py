"""What is remembered of a collection beside its files: where they are from, what was refused.

It is a hidden file in the collection's folder, and so goes where the folder goes.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from musicgen.corpus.collection import Refused
from musicgen.corpus.user.copy_files import Added
from musicgen.files import write_json

RECORD = ".imports.json"


@dataclass(frozen=True)
class Imports:
    """From which files and folders a collection was imported, and what of them was refused."""

    sources: tuple[str, ...] = ()  # paths
    refused: tuple[Refused, ...] = ()


def imports_of(folder: Path) -> Imports:
    """What is remembered of a collection; nothing where there is no sound record."""
    try:
        entry = json.loads((folder / RECORD).read_bytes())
        refused = tuple(
            Refused(str(each["file"]), str(each["reason"]), str(each["remedy"]))
            for each in entry["refused"]
        )
        return Imports(tuple(map(str, entry["sources"])), refused)
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return Imports()


def remember(folder: Path, added: Added, source: Path | None = None) -> None:
    """Note what was refused, and where the files are from.

    A file that was refused before is forgotten where one of its name has been given again.
    """
    before = imports_of(folder)
    given = {*added.files, *(file for file, _ in added.same)}
    refused = {each.file: each for each in before.refused if each.file not in given}
    refused |= {each.file: each for each in added.refused}
    sources = (*before.sources, *([source_name(source)] if source else []))
    now = Imports(tuple(dict.fromkeys(sources)), tuple(refused.values()))
    if now != before:
        write_json(folder / RECORD, asdict(now))


def source_name(source: Path) -> str:
    """A path as it is remembered: absolute, links followed."""
    return str(source.resolve())
