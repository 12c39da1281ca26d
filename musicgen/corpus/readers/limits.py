"""Limits on files: far above any piece of music, far below what would exhaust a computer.

All are checked on the parsed numbers, before anything is built from them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from musicgen.corpus.errors import UnreadableScore
from musicgen.score_fields import MAX_TICK


@dataclass(frozen=True)
class Limits:
    """Largest values that a file or an archive may have."""

    file_bytes: int = 16 * 2**20
    notation_characters: int = 12 * 2**20
    notes: int = 200_000
    parts: int = 256
    marks: int = 400_000  # texts, tempi and system-exclusive messages of a MIDI file
    quarters: int = 60_000  # length of a piece: over four hours at 240 quarters a minute
    gap_quarters: int = 512  # silence between two notes: 128 bars of 4/4
    ticks_per_quarter: int = 32_767  # largest value of a MIDI header
    slowest: float = 4.0  # quarters a minute, as in Score
    fastest: float = 1000.0  # quarters a minute
    archive_bytes: int = 2**29  # of a zip file
    archive_members: int = 50_000
    archive_unpacked: int = 2**30  # bytes of all members together
    archive_ratio: int = 200  # unpacked bytes of a member / its compressed bytes
    folder_files: int = 100_000

    def __post_init__(self) -> None:
        for limit in fields(self):
            if getattr(self, limit.name) <= 0:
                raise ValueError(f"{limit.name} must be positive")


LIMITS = Limits()


def check_size(size: int, limit: int = LIMITS.file_bytes) -> None:
    """Raise UnreadableScore if a file of `size` bytes is empty or over the limit."""
    if size == 0:
        raise UnreadableScore("the file is empty")
    if size > limit:
        raise UnreadableScore(
            f"the file has {size / 2**20:,.0f} MiB; at most {limit / 2**20:,.0f} are read"
        )


def check_notes(count: int, limits: Limits = LIMITS) -> None:
    """Raise UnreadableScore if a file has no notes or too many."""
    if not count:
        raise UnreadableScore("it holds no note that begins and ends")
    if count > limits.notes:
        raise UnreadableScore(f"it holds {count:,} notes; a piece has at most {limits.notes:,}")


def check_parts(count: int, limits: Limits = LIMITS) -> None:
    """Raise UnreadableScore if a file has too many parts."""
    if count > limits.parts:
        raise UnreadableScore(f"it holds {count:,} parts; at most {limits.parts:,} are read")


def check_times(starts: np.ndarray, ends: np.ndarray, quarter: int, limits: Limits) -> None:
    """Raise UnreadableScore for negative times, too long a piece or too long a silence.

    starts, ends: (N,) int64, so that sums cannot overflow, in units of a quarter / `quarter`.
    """
    if starts.min() < 0 or (ends < starts).any():
        raise UnreadableScore("a note has a time below zero: the file's times overflow")
    end = int(ends.max())
    length = end // quarter
    if length > limits.quarters or end > MAX_TICK:
        raise UnreadableScore(
            f"it lasts {length:,} quarter notes; a piece has at most {limits.quarters:,}"
        )
    if length <= limits.gap_quarters:  # no silence is longer than the piece
        return
    order = np.argsort(starts, kind="stable")
    latest_end = np.concatenate([[0], np.maximum.accumulate(ends[order])[:-1]])
    silence = int((starts[order] - latest_end).max()) // quarter
    if silence > limits.gap_quarters:
        raise UnreadableScore(
            f"it holds a silence of {silence:,} quarter notes; at most "
            f"{limits.gap_quarters:,} are taken for music",
            "cut the silence out in a sequencer",
        )
