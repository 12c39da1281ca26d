"""Small ABC tunes, read without the process that reads files."""

from __future__ import annotations

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.abc.reader import read_abc
from musicgen.corpus.readers.written_score import Notation

HEADER = "X:1\nM:4/4\nL:1/4\nK:C\n"


def tune(music: str, header: str = HEADER) -> Notation:
    """The tune of a text; a header with the key C and quarters as unit is put before it."""
    return read_abc(header + music, "tune")


def notes(music: str, header: str = HEADER) -> list[tuple[int, int, int]]:
    """Start, duration (in 24ths of a quarter) and pitch of a tune's notes."""
    score = tune(music, header).score.on_grid()
    return [tuple(row) for row in score.notes[["start", "duration", "pitch"]].tolist()]


def pitches(music: str, header: str = HEADER) -> list[int]:
    """The pitches of a tune, in order of start."""
    return [pitch for _, _, pitch in notes(music, header)]


def durations(music: str, header: str = HEADER) -> list[int]:
    """The durations of a tune's notes, in order of start."""
    return [duration for _, duration, _ in notes(music, header)]


def metres(music: str, header: str = HEADER) -> list[tuple[int, str]]:
    """Start and time signature of a tune's metres."""
    return [(metre.start, str(metre)) for metre in tune(music, header).score.metres]


def refusal(music: str, header: str = HEADER) -> str:
    """Why a tune is refused; empty if it is read."""
    try:
        tune(music, header)
    except UnreadableScore as problem:
        return problem.reason
    return ""
