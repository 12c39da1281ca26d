"""What is remembered of a collection beside its files: where they are from, what was refused.

It is a hidden file in the collection's folder, and so goes where the folder goes.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from musicgen.corpus.collection import RefusedFile
from musicgen.corpus.user.copy_files import CopyResult
from musicgen.files import write_json

RECORD_FILE = ".imports.json"


@dataclass(frozen=True)
class ImportRecord:
    """From which files and folders a collection was imported, and what of them was refused."""

    sources: tuple[str, ...] = ()  # paths
    refused: tuple[RefusedFile, ...] = ()


def read_import_record(folder: Path) -> ImportRecord:
    """What is remembered of a collection; nothing where there is no sound record."""
    try:
        entry = json.loads((folder / RECORD_FILE).read_bytes())
        refused = tuple(
            RefusedFile(str(each["file"]), str(each["reason"]), str(each["remedy"]))
            for each in entry["refused"]
        )
        return ImportRecord(tuple(map(str, entry["sources"])), refused)
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return ImportRecord()


def update_import_record(folder: Path, added: CopyResult, source: Path | None = None) -> None:
    """Note what was refused, and where the files are from.

    A file that was refused before is forgotten where one of its name has been given again.
    """
    before = read_import_record(folder)
    given = {*added.files, *(file for file, _ in added.same)}
    refused = {each.file: each for each in before.refused if each.file not in given}
    refused |= {each.file: each for each in added.refused}
    sources = (*before.sources, *([resolved_source(source)] if source else []))
    now = ImportRecord(tuple(dict.fromkeys(sources)), tuple(refused.values()))
    if now != before:
        write_json(folder / RECORD_FILE, asdict(now))


def resolved_source(source: Path) -> str:
    """A path as it is remembered: absolute, links followed."""
    return str(source.resolve())
