"""MIDI files into scores, through symusic.

A key that is struck again before it was let go gives one note for each time that it is let
go, the earliest first; a note that is never let go is none. (In piano92 that is one note in
500.)
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import symusic

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.limits import LIMITS, Limits, check_notes, check_times
from musicgen.corpus.metres import metres_of_signatures
from musicgen.score import NOTE_DTYPE, TICKS_PER_QUARTER, Metre, Score

DEFAULT_TEMPO = 120.0  # of a MIDI file that does not say
_HEADER_BYTES = 14
_MICROSECONDS_A_MINUTE = 60_000_000


def read_midi(data: bytes, name: str, limits: Limits = LIMITS) -> tuple[Score, int]:
    """The score of a MIDI file and how many drum notes were left out of it.

    Times are rounded to our ticks. All parts but drums are merged, their numbers kept.
    The tempo is the one at which the piece lasts as long as with all its changes.
    UnreadableScore where the file is damaged, empty or beyond the limits.
    """
    file = _parsed(_without_riff(data), limits)
    parts = [track for track in file.tracks if not track.is_drum and len(track.notes)]
    drums = sum(len(track.notes) for track in file.tracks if track.is_drum)
    check_notes(sum(len(track.notes) for track in parts), drums, limits)
    if len(parts) > limits.parts:
        raise UnreadableScore(f"it holds {len(parts):,} parts; at most {limits.parts:,} are read")
    quarter = file.ticks_per_quarter
    table = _table(parts)
    starts, ends = table[:, 0], table[:, 0] + table[:, 1]
    check_times(starts, ends, quarter, limits)
    notes = np.empty(len(table), NOTE_DTYPE)
    notes["start"] = _scaled(starts, quarter)
    notes["duration"] = np.maximum(1, _scaled(ends, quarter) - notes["start"])
    notes["pitch"] = table[:, 2]
    notes["velocity"] = table[:, 3].clip(1, 127)
    notes["program"], notes["part"] = table[:, 4], table[:, 5]
    tempo = _tempo(file.tempos, int(ends.max()), limits)
    return Score(notes, tempo, _metres(file.time_signatures, quarter), name), drums


def _without_riff(data: bytes) -> bytes:
    """The MIDI file inside a RIFF (.rmi) file, or the data itself."""
    if data[:4] == b"RIFF" and data[8:12] == b"RMID":
        return data[20:]
    return data


def _parsed(data: bytes, limits: Limits) -> symusic.Score:
    """What symusic reads, where the header is sound."""
    if data[:4] != b"MThd":
        raise UnreadableScore("it is not a MIDI file, whatever its name says")
    if len(data) < _HEADER_BYTES:
        raise UnreadableScore("the file is cut short")
    quarter = int.from_bytes(data[12:14], "big")
    if not 0 < quarter <= limits.ticks_per_quarter:
        kind = "none" if quarter == 0 else "film frames instead"
        raise UnreadableScore(
            f"its header says no ticks per quarter note ({kind})",
            "save it again from a sequencer, with time in quarter notes",
        )
    try:
        return symusic.Score.from_midi(data)
    except Exception as problem:
        raise UnreadableScore(
            "the MIDI data are damaged", "open it in a sequencer and save it again"
        ) from problem


def _table(parts: list[symusic.Track]) -> np.ndarray:
    """(N, 6) int64: start, duration, pitch, velocity, programme, part."""
    blocks = []
    for number, track in enumerate(parts):
        columns = track.notes.numpy()
        block = np.empty((len(track.notes), 6), np.int64)
        for column, field in enumerate(("time", "duration", "pitch", "velocity")):
            block[:, column] = columns[field]
        block[:, 4], block[:, 5] = track.program, number
        blocks.append(block)
    return np.concatenate(blocks)


def _scaled(ticks: np.ndarray, quarter: int) -> np.ndarray:
    """Ticks of the file in our ticks, rounded to the nearest, halves up."""
    return (2 * TICKS_PER_QUARTER * ticks + quarter) // (2 * quarter)


def _metres(signatures: Iterable[symusic.TimeSignature], quarter: int) -> tuple[Metre, ...]:
    given = [(each.time, each.numerator, each.denominator) for each in signatures]
    starts = _scaled(np.array([time for time, _, _ in given], np.int64), quarter)
    sound = [(int(start), *row[1:]) for start, row in zip(starts, given, strict=True)]
    return metres_of_signatures(sound)


def _tempo(tempos: Iterable[symusic.Tempo], end: int, limits: Limits) -> float:
    """Quarters a minute over the whole of a piece of `end` ticks.

    Tempi that music cannot have are passed over.
    """
    longest, shortest = (_MICROSECONDS_A_MINUTE / each for each in (limits.slowest, limits.fastest))
    marks = {
        min(max(0, each.time), end): each.mspq
        for each in tempos
        if shortest <= each.mspq <= longest
    }
    if not marks:
        return DEFAULT_TEMPO
    at = np.array([*marks, end], dtype=np.float64)
    at[0] = 0
    spans, mspq = np.diff(at), np.array([*marks.values()], dtype=np.float64)
    mean = (spans * mspq).sum() / spans.sum() if spans.sum() else mspq[0]
    return float(np.clip(round(_MICROSECONDS_A_MINUTE / mean, 2), limits.slowest, limits.fastest))
