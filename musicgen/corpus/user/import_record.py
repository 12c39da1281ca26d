"""Import record of a collection: where its files came from, and which files were refused.

It is a hidden file in the collection's folder, and so moves with the folder.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from musicgen.corpus.collection import RefusedFile
from musicgen.corpus.user.copy_files import CopyResult
from musicgen.files import write_json
from musicgen.json_files import InvalidJson, read_json

RECORD_FILE = ".imports.json"


@dataclass(frozen=True)
class ImportRecord:
    """Files and folders that a collection was imported from, and the files refused in them."""

    sources: tuple[str, ...] = ()  # absolute paths
    refused: tuple[RefusedFile, ...] = ()


def read_import_record(folder: Path) -> ImportRecord:
    """Read a collection's record; an empty one where it is missing or damaged."""
    try:
        return read_json(folder / RECORD_FILE, ImportRecord)
    except InvalidJson:
        return ImportRecord()


def update_import_record(folder: Path, result: CopyResult, source: Path | None = None) -> None:
    """Add a source and the files refused in it to a collection's record.

    An earlier refusal is dropped once a file of that name has been copied.
    """
    record = read_import_record(folder)
    copied = {*result.files, *(file for file, _ in result.same)}
    refused = {file.file: file for file in record.refused if file.file not in copied}
    refused |= {file.file: file for file in result.refused}
    sources = (*record.sources, *([resolved_source(source)] if source else []))
    updated = ImportRecord(tuple(dict.fromkeys(sources)), tuple(refused.values()))
    if updated != record:
        write_json(folder / RECORD_FILE, asdict(updated))


def resolved_source(source: Path) -> str:
    """A path as it is recorded: absolute, with links followed."""
    return str(source.resolve())
