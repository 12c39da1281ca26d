"""Import record of a collection: where its files came from, and which files were refused.

It is a hidden file in the collection's folder, and so moves with the folder.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypedDict

from musicgen.corpus.collection import RefusedFile
from musicgen.corpus.user.copy_files import CopyResult
from musicgen.files import write_json
from musicgen.json_files import InvalidJson, read_json

RECORD_FILE = ".imports.json"


@dataclass(frozen=True)
class ImportRecord:
    """Files and folders that a collection was imported from, and the files refused in them."""

    imported_from: tuple[str, ...] = ()  # absolute paths
    refused: tuple[RefusedFile, ...] = ()


_Json = TypedDict(  # noqa: UP013 - the file's keys are not the names of the fields
    "_Json", {"sources": tuple[str, ...], "refused": tuple[RefusedFile, ...]}
)


def read_import_record(folder: Path) -> ImportRecord:
    """Read a collection's record; an empty one if it is missing or damaged."""
    try:
        json: _Json = read_json(folder / RECORD_FILE, _Json)
    except InvalidJson:
        return ImportRecord()
    return ImportRecord(json["sources"], json["refused"])


def update_import_record(
    folder: Path, result: CopyResult, source: Path | None, written_to: Path
) -> None:
    """Add a source and the files refused in it to a collection's record.

    An earlier refusal is dropped once a file of that name has been copied. written_to: folder that
    gets the new record, if it differs.
    """
    record = read_import_record(folder)
    copied = {*result.files, *(file for file, _ in result.same)}
    refused = {file.file: file for file in record.refused if file.file not in copied}
    refused |= {file.file: file for file in result.refused}
    paths = (*record.imported_from, *([resolved_source(source)] if source else []))
    updated = ImportRecord(tuple(dict.fromkeys(paths)), tuple(refused.values()))
    if updated != record:
        json = {
            "sources": updated.imported_from,
            "refused": [asdict(file) for file in updated.refused],
        }
        write_json(written_to / RECORD_FILE, json)


def resolved_source(source: Path) -> str:
    """A path as it is recorded: absolute, with links followed."""
    return str(source.resolve())
