"""A score as a header for JSON and tables as bytes, for the cache and between processes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musicgen.metres import COMMON_TIME, TICKS_PER_QUARTER, Metre
from musicgen.score import NOTE_DTYPE, Score
from musicgen.score_fields import (
    PEDAL_CHANGE_DTYPE,
    RELEASE_DTYPE,
    KeySignature,
    Part,
    TempoChange,
)


@dataclass(frozen=True)
class ScoreHeader:
    """All of a score but its tables, and the number of their rows."""

    notes: int = 0
    pedal_changes: int = 0
    releases: int = 0
    tempo: float = 120.0
    metres: tuple[Metre, ...] = (COMMON_TIME,)
    parts: tuple[Part, ...] = ()
    tempo_changes: tuple[TempoChange, ...] = ()
    keys: tuple[KeySignature, ...] = ()
    resolution: int = TICKS_PER_QUARTER
    is_performance: bool = False
    name: str = ""
    tempo_in_first_track: bool = True

    @property
    def bytes(self) -> int:
        """Number of bytes of all tables."""
        return (
            self.notes * NOTE_DTYPE.itemsize
            + self.pedal_changes * PEDAL_CHANGE_DTYPE.itemsize
            + self.releases * RELEASE_DTYPE.itemsize
        )


def header_of(score: Score) -> ScoreHeader:
    """The header of a score."""
    return ScoreHeader(
        len(score.notes),
        len(score.pedal_changes),
        len(score.releases),
        score.tempo,
        score.metres,
        score.parts,
        score.tempo_changes,
        score.keys,
        score.resolution,
        score.is_performance,
        score.name,
        score.tempo_in_first_track,
    )


def tables_of(score: Score) -> bytes:
    """The tables of a score, one after the other."""
    tables = (score.notes, score.pedal_changes, score.releases)
    return b"".join(table.tobytes() for table in tables)


def score_from(header: ScoreHeader, tables: bytes | memoryview) -> Score:
    """The score of a header and its tables; ValueError if they do not fit each other."""
    if len(tables) != header.bytes:
        raise ValueError(f"the tables of a score have {len(tables)} bytes, not {header.bytes}")
    notes = np.frombuffer(tables, NOTE_DTYPE, header.notes)
    offset = notes.nbytes
    changes = np.frombuffer(tables, PEDAL_CHANGE_DTYPE, header.pedal_changes, offset)
    releases = np.frombuffer(tables, RELEASE_DTYPE, header.releases, offset + changes.nbytes)
    return Score(
        notes,
        header.tempo,
        header.metres,
        header.name,
        header.parts,
        header.tempo_changes,
        header.keys,
        changes,
        header.resolution,
        header.is_performance,
        releases,
        header.tempo_in_first_track,
    )
