"""The collections that ship with the studio."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from musicgen.corpus.bundled.build import build_library
from musicgen.paths import LIBRARY


@dataclass(frozen=True)
class BundledCollection:
    """A collection that ships with the studio: what it is and whose."""

    name: str
    title: str
    description: str
    source: str
    licence: str
    pieces: int
    path: Path  # of the zip


@lru_cache(maxsize=1)
def bundled_collections() -> tuple[BundledCollection, ...]:
    """Every bundled collection, in order of name."""
    return tuple(_described(path) for path in sorted(LIBRARY.glob("*.zip")))


def build(progress: Callable[[int, int], None] | None = None) -> tuple[BundledCollection, ...]:
    """Make the bundled collections again from the installed music21; takes some minutes.

    progress is told of files done and files in all.
    """
    build_library(LIBRARY, progress)
    bundled_collections.cache_clear()
    return bundled_collections()


def _described(path: Path) -> BundledCollection:
    facts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return BundledCollection(**facts, path=path)
