"""What a piece holds and what its reader left out, as pages and commands show it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musicgen.corpus.collection import Piece
from musicgen.theory.general_midi import part_instrument


@dataclass(frozen=True)
class PartFacts:
    """A part of a piece."""

    name: str  # as the file says; empty if it does not
    instrument: str  # by its General MIDI name
    program: int
    drums: bool
    notes: int


@dataclass(frozen=True)
class PieceFacts:
    """Facts of a piece; `notes` are all of them, `drum_notes` those of drums."""

    file: str
    parts: tuple[PartFacts, ...]
    notes: int
    drum_notes: int
    pedal: int  # changes of the sustain pedal
    tempo_changes: int
    performance: bool
    left_out: tuple[str, ...]


def piece_facts(piece: Piece) -> PieceFacts:
    """The facts of a piece."""
    score = piece.score
    counts = np.bincount(score.notes["part"], minlength=len(score.parts)).tolist()
    parts = tuple(
        PartFacts(part.name, part_instrument(part), part.program, part.is_drum, count)
        for part, count in zip(score.parts, counts, strict=True)
    )
    return PieceFacts(
        piece.file.file,
        parts,
        len(score),
        int(score.is_drum.sum()),
        len(score.pedal_changes),
        len(score.tempo_changes),
        score.is_performance,
        piece.file.left_out,
    )
