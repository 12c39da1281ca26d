"""Cache of scores, so that opening a source again reads no file that is unchanged.

One cache file per source, in home()/cache/scores: NumPy arrays and JSON, never pickle. A cache
file that is damaged or of another version counts as missing; one that cannot be written is
skipped.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from musicgen.corpus.collection import Piece, PieceFile, RefusedFile
from musicgen.corpus.score_tables import ScoreHeader, header_of, score_from, tables_of
from musicgen.files import open_file, write_bytes
from musicgen.json_files import parse_json
from musicgen.paths import home

READER_VERSION = 8  # increase when readers give other scores for the same bytes
MAX_CACHE_FILES = 64

FileKey = tuple[str, str]  # name and stamp of a SourceFile


@dataclass(frozen=True)
class TuneList:
    """The tunes of an ABC book, by their keys in the cache."""

    tunes: tuple[FileKey, ...]


ReadResult = Piece | RefusedFile
CacheEntry = ReadResult | TuneList


@dataclass(frozen=True)
class _Row:
    """One cache entry as JSON: a score with its file, a refusal, or the tunes of an ABC book."""

    score: ScoreHeader | None = None
    file: PieceFile | None = None
    refused: RefusedFile | None = None
    tunes: tuple[FileKey, ...] | None = None


@dataclass(frozen=True)
class _Version:
    version: int


@dataclass(frozen=True)
class _Index:
    version: int
    files: tuple[tuple[str, str, _Row], ...]  # name, stamp, entry


def load_cache(source: Path) -> dict[FileKey, CacheEntry]:
    """Load the cached results of a source's files; empty if there is no usable cache file."""
    try:
        with (
            open_file(_cache_path(source)) as file,
            np.load(file, allow_pickle=False) as arrays,
        ):
            return _decode(arrays["tables"], arrays["text"].tobytes())
    except Exception:  # zipfile, NumPy, msgspec and Score all raise errors of their own
        return {}


def save_cache(source: Path, results: Mapping[FileKey, CacheEntry]) -> None:
    """Save the results of a source's files; does nothing if the cache cannot be written."""
    path = _cache_path(source)
    buffer = io.BytesIO()
    arrays = _encode(results)
    np.savez(buffer, tables=arrays["tables"], text=arrays["text"])
    del arrays  # as large as all scores
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, buffer.getbuffer())
        _delete_oldest(path.parent)
    except OSError:
        return


def _cache_path(source: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(source.resolve())).hexdigest()[:32]
    return home() / "cache" / "scores" / f"{digest}.npz"


def _delete_oldest(folder: Path) -> None:
    paths = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    for path in paths[:-MAX_CACHE_FILES]:
        path.unlink()


def _encode(results: Mapping[FileKey, CacheEntry]) -> dict[str, np.ndarray]:
    """The tables of all scores, and the JSON index: each (bytes,) uint8."""
    text = msgspec.json.encode(
        {
            "version": READER_VERSION,
            "files": [[name, stamp, _to_json(entry)] for (name, stamp), entry in results.items()],
        }
    )
    tables = bytearray()
    for entry in results.values():
        if isinstance(entry, Piece):
            tables += tables_of(entry.score)
    return {"tables": np.frombuffer(tables, np.uint8), "text": np.frombuffer(text, np.uint8)}


def _to_json(entry: CacheEntry) -> dict[str, object]:
    if isinstance(entry, RefusedFile):
        return {"refused": entry}
    if isinstance(entry, TuneList):
        return {"tunes": entry.tunes}
    return {"score": header_of(entry.score), "file": entry.file}


def _decode(tables: np.ndarray, text: bytes) -> dict[FileKey, CacheEntry]:
    if parse_json(text, _Version).version != READER_VERSION:
        return {}
    results: dict[FileKey, CacheEntry] = {}
    data, first = memoryview(tables.tobytes()), 0
    index: _Index = parse_json(text, _Index)
    for name, stamp, row in index.files:
        if row.refused is not None:
            results[name, stamp] = row.refused
        elif row.tunes is not None:
            results[name, stamp] = TuneList(row.tunes)
        elif row.score is not None and row.file is not None:
            stop = first + row.score.bytes
            results[name, stamp] = Piece(score_from(row.score, data[first:stop]), row.file)
            first = stop
    return results
