"""MIDI files to scores, through symusic.

A note ends at the first release of its key in its track. If the key is struck again before, both
notes end at that release. A note without a release of its own is lost, because symusic gives a
release to one note only (one note in 700 of piano92).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import symusic

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.limits import LIMITS, Limits, check_notes, check_times
from musicgen.corpus.readers.metres import metres_from_signatures
from musicgen.metres import TICKS_PER_QUARTER, Metre
from musicgen.score import NOTE_DTYPE, Score
from musicgen.theory.chords import MAX_TRACKS

DEFAULT_TEMPO = 120.0  # quarters a minute, the standard's default
_HEADER_BYTES = 14
_FORMAT_BYTE = 9  # offset in the header: 0 for a file of one track
_MAX_VOICE = np.iinfo(NOTE_DTYPE["part"]).max // MAX_TRACKS  # higher voices share this number
_MICROSECONDS_PER_MINUTE = 60_000_000


def read_midi(data: bytes, name: str, limits: Limits = LIMITS) -> tuple[Score, int]:
    """Read a MIDI file: its score, and the number of drum notes that the score leaves out.

    Times are rounded to our ticks. Parts are numbered by track; in a file of one track (format 0)
    by channel, in steps of MAX_TRACKS, so that they count as voices of one track. The tempo is
    constant, such that the piece has its duration in seconds. Raises UnreadableScore if the file
    is damaged, empty or beyond the limits.
    """
    data = _without_riff(data)
    file = _parse(data, limits)
    tracks = [track for track in file.tracks if not track.is_drum and len(track.notes)]
    drums = sum(len(track.notes) for track in file.tracks if track.is_drum)
    check_notes(sum(len(track.notes) for track in tracks), drums, limits)
    if len(tracks) > limits.parts:
        raise UnreadableScore(f"it holds {len(tracks):,} parts; at most {limits.parts:,} are read")
    quarter = file.ticks_per_quarter
    table = _table(tracks)
    check_times(table[:, 0], table[:, 0] + table[:, 1], quarter, limits)
    table[:, 1] = _releases(table) - table[:, 0]
    if data[_FORMAT_BYTE] == 0:
        table[:, 5] = MAX_TRACKS * table[:, 5].clip(0, _MAX_VOICE)
    tempo = _mean_tempo(file.tempos, int((table[:, 0] + table[:, 1]).max()), limits)
    metres = _metres(file.time_signatures, quarter)
    return Score(_to_notes(table, quarter), tempo, metres, name), drums


def _without_riff(data: bytes) -> bytes:
    """The MIDI file inside a RIFF (.rmi) file, or the data itself."""
    if data[:4] == b"RIFF" and data[8:12] == b"RMID":
        return data[20:]
    return data


def _parse(data: bytes, limits: Limits) -> symusic.Score:
    """Check the header and parse the file with symusic."""
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


def _table(tracks: list[symusic.Track]) -> np.ndarray:
    """Notes in the file's ticks: (N, 6) int64 start, duration, pitch, velocity, program, part."""
    blocks = []
    for part, track in enumerate(tracks):
        columns = track.notes.numpy()
        block = np.empty((len(track.notes), 6), np.int64)
        for column, field in enumerate(("time", "duration", "pitch", "velocity")):
            block[:, column] = columns[field]
        block[:, 4], block[:, 5] = track.program, part
        blocks.append(block)
    return np.concatenate(blocks)


def _releases(table: np.ndarray) -> np.ndarray:
    """The first release of each note's key after its start: (N,) ticks."""
    key = (table[:, 5] << 7 | table[:, 2]) << 32
    starts, own_ends = key + table[:, 0], key + table[:, 0] + table[:, 1]
    ends = np.sort(own_ends)
    first = ends[np.searchsorted(ends, starts, side="right").clip(0, len(ends) - 1)]
    return np.minimum(first, own_ends) - key


def _to_notes(table: np.ndarray, quarter: int) -> np.ndarray:
    """Convert a table to our ticks: (N, 6) -> (N,) NOTE_DTYPE."""
    notes = np.empty(len(table), NOTE_DTYPE)
    notes["start"] = _to_ticks(table[:, 0], quarter)
    ends = _to_ticks(table[:, 0] + table[:, 1], quarter)
    notes["duration"] = np.maximum(1, ends - notes["start"])
    notes["pitch"], notes["velocity"] = table[:, 2], table[:, 3].clip(1, 127)
    notes["program"], notes["part"] = table[:, 4], table[:, 5]
    return notes


def _to_ticks(file_ticks: np.ndarray, quarter: int) -> np.ndarray:
    """Convert ticks of the file to ours, rounded to the nearest, halves up."""
    return (2 * TICKS_PER_QUARTER * file_ticks + quarter) // (2 * quarter)


def _metres(signatures: Iterable[symusic.TimeSignature], quarter: int) -> tuple[Metre, ...]:
    rows = [(mark.time, mark.numerator, mark.denominator) for mark in signatures]
    starts = _to_ticks(np.array([time for time, _, _ in rows], np.int64), quarter)
    return metres_from_signatures(
        [(int(start), *row[1:]) for start, row in zip(starts, rows, strict=True)]
    )


def _mean_tempo(tempos: Iterable[symusic.Tempo], end: int, limits: Limits) -> float:
    """Mean tempo of a piece that ends at tick `end`, in quarters a minute.

    Tempi outside the limits are skipped.
    """
    longest = _MICROSECONDS_PER_MINUTE / limits.slowest  # microseconds per quarter (mspq)
    shortest = _MICROSECONDS_PER_MINUTE / limits.fastest
    marks = {
        min(max(0, mark.time), end): mark.mspq
        for mark in tempos
        if shortest <= mark.mspq <= longest
    }
    if not marks:
        return DEFAULT_TEMPO
    ticks = np.array([*marks, end], dtype=np.float64)
    ticks[0] = 0
    spans, mspq = np.diff(ticks), np.array([*marks.values()], dtype=np.float64)
    mean = (spans * mspq).sum() / spans.sum() if spans.sum() else mspq[0]
    tempo = round(_MICROSECONDS_PER_MINUTE / mean, 2)
    return float(np.clip(tempo, limits.slowest, limits.fastest))
