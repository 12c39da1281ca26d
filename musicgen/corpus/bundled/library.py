"""The collections that ship with the program."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from musicgen.corpus.bundled.bundle import BundleFacts
from musicgen.json_files import read_json
from musicgen.paths import LIBRARY
from musicgen.progress import Progress


@dataclass(frozen=True, kw_only=True)
class BundledCollection(BundleFacts):
    """A collection that ships with the program."""

    path: Path  # of the zip


@lru_cache(maxsize=1)
def bundled_collections() -> tuple[BundledCollection, ...]:
    """All bundled collections, sorted by name."""
    return tuple(_read(path) for path in sorted(LIBRARY.glob("*.zip")))


def rebuild_library(progress: Progress | None = None) -> None:
    """Build the bundled collections again from the installed music21; takes some minutes.

    `progress` gets files done and files in all.
    """
    from musicgen.corpus.bundled.build import build_library  # readers and symusic: slow to import

    build_library(LIBRARY, progress)
    bundled_collections.cache_clear()


def _read(path: Path) -> BundledCollection:
    facts: BundleFacts = read_json(path.with_suffix(".json"), BundleFacts)
    return BundledCollection(**asdict(facts), path=path)
