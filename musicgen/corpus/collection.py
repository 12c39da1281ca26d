"""A collection: scores, the files they were read from, and the files that were refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from musicgen.score import Score


@dataclass(frozen=True)
class PieceFile:
    """The file that a score was read from."""

    file: str  # name relative to the source
    format: str  # a value of formats.FORMATS
    parts: int
    drums: int  # number of notes of drum parts
    bytes: int
    left_out: tuple[str, ...] = ()  # what the score does not hold: `12 pitch bends`


@dataclass(frozen=True)
class RefusedFile:
    """A file that could not be used, the reason, and a remedy if there is one."""

    file: str
    reason: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"'{self.file}' was refused: {self.reason}{remedy}"


@dataclass(frozen=True)
class Piece:
    """A score with its file."""

    score: Score
    file: PieceFile


@dataclass(frozen=True)
class Collection:
    """All scores of a source; `scores` and `files` have the same order."""

    name: str
    scores: tuple[Score, ...] = ()
    files: tuple[PieceFile, ...] = ()
    refused: tuple[RefusedFile, ...] = ()
    complete: bool = True  # False if reading was cancelled

    def __post_init__(self) -> None:
        if len(self.scores) != len(self.files):
            raise ValueError(f"{len(self.scores)} scores, but {len(self.files)} files")

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The scores with their files."""
        return tuple(map(Piece, self.scores, self.files))


def why_empty(refused: Sequence[RefusedFile], source: str) -> str:
    """Explain why a source gave no music: `there is no music in x: 'a.txt' was refused: …`."""
    if not refused:
        return f"there is no file in {source}"
    others = len(refused) - 1
    more = f" ({others:,} more {'file was' if others == 1 else 'files were'} refused)"
    return f"there is no music in {source}: {refused[0]}{more if others else ''}"
