"""MIDI files to scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import gcd

import numpy as np

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.performance import is_performed
from musicgen.corpus.readers.limits import LIMITS, Limits, check_notes, check_times
from musicgen.corpus.readers.midi.chunks import damaged
from musicgen.corpus.readers.midi.events import MidiEvents, parse_midi, run_starts
from musicgen.corpus.readers.midi.marks import left_out, read_marks
from musicgen.corpus.readers.midi.notes import MidiNotes, pair_notes
from musicgen.corpus.readers.midi.parts import MidiParts, group_parts, pedal_changes
from musicgen.metres import TICKS_PER_QUARTER
from musicgen.score import NOTE_DTYPE, Score
from musicgen.score_fields import NO_RELEASE, RELEASE_DTYPE, Part
from musicgen.ticks import Clock, move_changes, move_marks, round_ticks

_RIFF_HEADER_BYTES = 12


def read_midi(
    data: bytes, name: str, limits: Limits = LIMITS, may_be_empty: bool = False
) -> tuple[Score, tuple[str, ...]]:
    """Read a MIDI file: its score, and what the score leaves out.

    All notes are read: one without a release of its own ends with a later release of its key, or
    with its track. Times are those of the file. may_be_empty: whether it may hold no notes; it
    then has one part. Raises UnreadableScore if the file is damaged, empty or beyond the limits.
    """
    events = parse_midi(_without_riff(data), limits)
    division = events.division
    check_division(division, limits)
    notes = pair_notes(events)
    if may_be_empty and not len(notes):
        return _without_notes(events, name, limits), left_out(events)
    check_notes(len(notes), limits)
    _check_one_song(events, notes)
    check_times(notes.start, notes.end, division, limits)
    grouped = group_parts(events, notes, limits)
    pedals = pedal_changes(events, notes, grouped)
    marks = read_marks(events, limits)
    resolution = _resolution(division, [notes.start, notes.end, pedals["start"], marks.starts])
    clock = partial(round_ticks, old=division, new=resolution)
    table = _note_table(notes, grouped, clock)
    score = Score(
        table,
        marks.tempo.tempo,
        marks.metres(clock, resolution),
        name,
        grouped.parts,
        marks.tempo_changes_on(clock),
        move_marks(marks.keys, clock),
        move_changes(pedals, clock),
        resolution,
        releases=_releases(table, notes, grouped),
        tempo_in_first_track=marks.tempo.in_first_track,
    )
    if is_performed(score):
        score = replace(score, is_performance=True)
    return score, left_out(events)


def _without_notes(events: MidiEvents, name: str, limits: Limits) -> Score:
    """The tempo map, metres and keys of a file without notes."""
    marks = read_marks(events, limits)
    resolution = _resolution(events.division, [marks.starts])
    clock = partial(round_ticks, old=events.division, new=resolution)
    return Score(
        np.zeros(0, NOTE_DTYPE),
        marks.tempo.tempo,
        marks.metres(clock, resolution),
        name,
        (Part(),),
        marks.tempo_changes_on(clock),
        move_marks(marks.keys, clock),
        resolution=resolution,
    )


def check_division(division: int, limits: Limits) -> None:
    """Raise UnreadableScore if a header does not count time in ticks per quarter."""
    if not 0 < division <= limits.ticks_per_quarter:
        kind = "none" if division == 0 else "film frames instead"
        raise UnreadableScore(
            f"its header says no ticks per quarter note ({kind})",
            "save it again from a sequencer, with time in quarter notes",
        )


def _check_one_song(events: MidiEvents, notes: MidiNotes) -> None:
    """Raise UnreadableScore if several tracks with notes are songs of their own."""
    if events.has_independent_tracks and len(run_starts(notes.track)) > 1:
        raise UnreadableScore(
            "each of its tracks is a song of its own (MIDI format 2)",
            "save the song that is wanted as format 0 or 1",
        )


def _without_riff(data: bytes) -> bytes:
    """The MIDI file inside a RIFF (.rmi) file, or the data itself."""
    if data[:4] != b"RIFF" or data[8:12] != b"RMID":
        return data
    position = _RIFF_HEADER_BYTES
    while position + 8 <= len(data):
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        if data[position : position + 4] == b"data":
            return data[position + 8 : position + 8 + size]
        position += 8 + size
        if size % 2 and data[position : position + 1] == b"\0":
            position += 1  # chunks begin at even places, but some programs do not pad them
    raise damaged()


def _resolution(division: int, times: Sequence[np.ndarray]) -> int:
    """Ticks per quarter of the score: the grid's where it is exact, else the file's."""
    unit = division // gcd(division, TICKS_PER_QUARTER)
    is_exact = unit == 1 or not any(np.count_nonzero(ticks % unit) for ticks in times if len(ticks))
    return TICKS_PER_QUARTER if is_exact else division


def _releases(table: np.ndarray, notes: MidiNotes, grouped: MidiParts) -> np.ndarray:
    """Notes that have no release, or another program by then: (R,) RELEASE_DTYPE, on the clock."""
    is_listed = notes.is_unreleased
    if (programs := grouped.at_release) is not None:
        is_listed = is_listed | (programs != table["program"])
    if not is_listed.any():
        return np.zeros(0, RELEASE_DTYPE)
    rows = table[is_listed][list(RELEASE_DTYPE.names or ())].astype(RELEASE_DTYPE)
    if programs is not None:
        rows["program"] = programs[is_listed]
    rows["program"][notes.is_unreleased[is_listed]] = NO_RELEASE
    return rows


def _note_table(notes: MidiNotes, grouped: MidiParts, clock: Clock) -> np.ndarray:
    """Notes on the score's clock: (N,) NOTE_DTYPE; the shortest last one tick."""
    table = np.empty(len(notes), NOTE_DTYPE)
    table["start"] = clock(notes.start)
    table["duration"] = np.maximum(1, clock(notes.end) - table["start"])
    table["pitch"], table["velocity"] = notes.pitch, notes.velocity
    table["part"] = grouped.of_notes
    programs = np.array([part.program for part in grouped.parts], np.int16)
    table["program"] = programs[grouped.of_notes]
    if notes.ends_with_track.any():
        _end_with_tracks(table, notes)
    return table


def _end_with_tracks(table: np.ndarray, notes: MidiNotes) -> None:
    """End notes that last to the end of their track with its longest note, in place.

    One that is struck at the end lasts one tick nevertheless, and so does its track when written.
    """
    ends = table["start"] + table["duration"]
    for track in np.unique(notes.track[notes.ends_with_track]).tolist():
        of_track = notes.track == track
        rows = of_track & notes.ends_with_track
        table["duration"][rows] = ends[of_track].max() - table["start"][rows]
