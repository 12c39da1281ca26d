"""What a bundled collection is built from: its facts, its pieces in the music21 corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from musicgen.score import Score

MUSIC21_LICENCE = (
    "The encoding comes with the music21 corpus, whose licence text says: distributed with the "
    "permission of the encoders and where permitted under United States copyright law; to the "
    "best of its authors' knowledge out of copyright in the United States or licensed for use, "
    "though there may be restrictions on commercial use. The files state none of their own."
)


@dataclass(frozen=True)
class BundleFacts:
    """Facts about a bundled collection, stored as JSON beside its zip."""

    name: str
    title: str
    description: str
    source: str
    licence: str
    pieces: int = 0


@dataclass(frozen=True)
class SourcePiece:
    """A piece of the music21 corpus: a file, or some of its bars."""

    name: str
    path: Path
    bars: tuple[int, int | None] = (0, None)  # first and stop, of all that the file writes


@dataclass(frozen=True)
class Bundle:
    """A bundled collection to build: facts, source pieces, conversion of a piece to a score."""

    facts: BundleFacts  # without the number of pieces
    pieces: Callable[[Path], Iterable[SourcePiece]]  # of the folder of the music21 corpus
    read: Callable[[SourcePiece], tuple[Score, tuple[str, ...]]]  # to the score and part names


def pieces_of_folder(
    folder: Path, suffixes: tuple[str, ...], left_out: tuple[str, ...] = ()
) -> list[SourcePiece]:
    """A piece for each file of a folder, sorted by name; left_out: stems of other files."""
    return [
        SourcePiece(path.stem, path)
        for path in sorted(folder.iterdir())
        if path.suffix in suffixes and path.stem not in left_out
    ]
