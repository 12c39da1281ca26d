"""What was read from a source: scores, and the files they came from or did not."""

from __future__ import annotations

from dataclasses import dataclass

from musicgen.score import Score


@dataclass(frozen=True)
class PieceFile:
    """The file that a score came from."""

    file: str  # its name, relative to the source
    format: str  # one of formats.FORMATS
    parts: int  # those that have notes, drums aside
    drums: int  # notes of percussion, left out of the score
    bytes: int


@dataclass(frozen=True)
class RefusedFile:
    """A file that could not be used: why, and what would help where something would."""

    file: str
    reason: str
    remedy: str = ""


@dataclass(frozen=True)
class Piece:
    """A score with its file."""

    score: Score
    file: PieceFile


@dataclass(frozen=True)
class Collection:
    """All that a source holds; `files` and `scores` belong together one by one."""

    name: str
    scores: tuple[Score, ...] = ()
    files: tuple[PieceFile, ...] = ()
    refused: tuple[RefusedFile, ...] = ()
    complete: bool = True  # False where the reading was cancelled

    def __post_init__(self) -> None:
        if len(self.scores) != len(self.files):
            raise ValueError(f"{len(self.scores)} scores of {len(self.files)} files")

    def __len__(self) -> int:
        return len(self.scores)
