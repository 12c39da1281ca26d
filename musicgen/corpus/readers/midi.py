"""MIDI files into scores, through symusic.

A note ends when its key is first let go, in its track. Where a key is struck again before
that, both notes end there; a note that is left without a release of its own is none (symusic
gives a release to one note alone; in piano92 one note in 700 is lost so).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import symusic

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.limits import LIMITS, Limits, check_notes, check_times
from musicgen.corpus.readers.metres import metres_from_signatures
from musicgen.score import NOTE_DTYPE, TICKS_PER_QUARTER, Metre, Score
from musicgen.theory.chords import TRACKS

DEFAULT_TEMPO = 120.0  # of a MIDI file that does not say
_HEADER_BYTES = 14
_FORMAT = 9  # the byte of the header that says whether all is in a single track (0) or not
_MOST_VOICES = np.iinfo(NOTE_DTYPE["part"]).max // TRACKS  # those beyond share a number
_MICROSECONDS_A_MINUTE = 60_000_000


def read_midi(data: bytes, name: str, limits: Limits = LIMITS) -> tuple[Score, int]:
    """The score of a MIDI file and how many drum notes were left out of it.

    Times are rounded to our ticks. All parts but drums are merged and numbered: the tracks of
    a file, or TRACKS times the voices of one that has a single track. The tempo is the one at
    which the piece lasts as long as with all its changes. UnreadableScore where the file is
    damaged, empty or beyond the limits.
    """
    data = _without_riff(data)
    file = _parsed(data, limits)
    parts = [track for track in file.tracks if not track.is_drum and len(track.notes)]
    drums = sum(len(track.notes) for track in file.tracks if track.is_drum)
    check_notes(sum(len(track.notes) for track in parts), drums, limits)
    if len(parts) > limits.parts:
        raise UnreadableScore(f"it holds {len(parts):,} parts; at most {limits.parts:,} are read")
    quarter = file.ticks_per_quarter
    table = _table(parts)
    check_times(table[:, 0], table[:, 0] + table[:, 1], quarter, limits)
    table[:, 1] = _releases(table) - table[:, 0]
    if data[_FORMAT] == 0:
        table[:, 5] = TRACKS * table[:, 5].clip(0, _MOST_VOICES)
    tempo = _tempo(file.tempos, int((table[:, 0] + table[:, 1]).max()), limits)
    metres = _metres(file.time_signatures, quarter)
    return Score(_notes(table, quarter), tempo, metres, name), drums


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


def _releases(table: np.ndarray) -> np.ndarray:
    """The tick at which each note's key is first let go after it began: (N,)."""
    key = (table[:, 5] << 7 | table[:, 2]) << 32
    starts, own = key + table[:, 0], key + table[:, 0] + table[:, 1]
    ends = np.sort(own)
    first = ends[np.searchsorted(ends, starts, side="right").clip(0, len(ends) - 1)]
    return np.minimum(first, own) - key


def _notes(table: np.ndarray, quarter: int) -> np.ndarray:
    """The table's notes in our ticks: (N,) NOTE_DTYPE."""
    notes = np.empty(len(table), NOTE_DTYPE)
    notes["start"] = _scaled(table[:, 0], quarter)
    ends = _scaled(table[:, 0] + table[:, 1], quarter)
    notes["duration"] = np.maximum(1, ends - notes["start"])
    notes["pitch"], notes["velocity"] = table[:, 2], table[:, 3].clip(1, 127)
    notes["program"], notes["part"] = table[:, 4], table[:, 5]
    return notes


def _scaled(ticks: np.ndarray, quarter: int) -> np.ndarray:
    """Ticks of the file in our ticks, rounded to the nearest, halves up."""
    return (2 * TICKS_PER_QUARTER * ticks + quarter) // (2 * quarter)


def _metres(signatures: Iterable[symusic.TimeSignature], quarter: int) -> tuple[Metre, ...]:
    given = [(each.time, each.numerator, each.denominator) for each in signatures]
    starts = _scaled(np.array([time for time, _, _ in given], np.int64), quarter)
    sound = [(int(start), *row[1:]) for start, row in zip(starts, given, strict=True)]
    return metres_from_signatures(sound)


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
