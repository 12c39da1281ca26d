"""Parts of a MIDI file: notes of one track, channel and program belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicgen.corpus.readers.midi_events import CONTROL, PROGRAM, TrackEvents
from musicgen.corpus.readers.midi_notes import MidiNotes
from musicgen.score_fields import PEDAL_CHANGE_DTYPE, Part

DRUM_CHANNEL = 9
_SUSTAIN = 64  # controller
_TRACK_NAME = 0x03  # meta event
_MAX_NAME_CHARACTERS = 120
_CHANNELS, _PROGRAMS = 16, 128


@dataclass(frozen=True)
class MidiParts:
    """Parts in the order of the file, and the part of each note."""

    parts: tuple[Part, ...]
    of_notes: np.ndarray  # (N,) int64


def group_parts(tracks: Sequence[TrackEvents], notes: MidiNotes) -> MidiParts:
    """Group notes by track, channel and program, in the order in which the file names them."""
    programs = _programs(tracks, notes)
    channels = notes.track * _CHANNELS + notes.channel
    codes = channels * _PROGRAMS + programs
    distinct, first = np.unique(codes, return_index=True)
    firsts = zip(distinct.tolist(), first.tolist(), strict=True)
    order = sorted((_first_mention(tracks, notes, code, note), code) for code, note in firsts)
    part_of = {code: number for number, (_, code) in enumerate(order)}
    track_numbers = {track: i for i, track in enumerate(np.unique(notes.track).tolist())}
    parts = []
    for _, code in order:
        track, channel, program = _decode(code)
        name, number = track_name(tracks[track]), track_numbers[track]
        parts.append(Part(name, program, channel == DRUM_CHANNEL, number, channel))
    of_distinct = np.array([part_of[code] for code in distinct.tolist()], np.int64)
    return MidiParts(tuple(parts), of_distinct[np.searchsorted(distinct, codes)])


def pedal_changes(tracks: Sequence[TrackEvents], notes: MidiNotes, parts: MidiParts) -> np.ndarray:
    """Changes of the sustain pedals: (C,) PEDAL_CHANGE_DTYPE in order, `start` in the file's ticks.

    A change counts for the first part of its track and channel; where these have no notes, for
    the first part of its channel.
    """
    channels = notes.track * _CHANNELS + notes.channel
    first_parts: dict[int, int] = {}  # of a track and channel, and of a channel alone
    for channel, part in sorted(set(zip(channels.tolist(), parts.of_notes.tolist(), strict=True))):
        first_parts.setdefault(channel, part)
    of_channel: dict[int, int] = {}
    for channel, part in first_parts.items():
        of_channel.setdefault(channel % _CHANNELS, part)
    rows = []
    for number, track in enumerate(tracks):
        is_pedal = (track.kinds == CONTROL) & (track.first == _SUSTAIN)
        columns = (track.channels, track.ticks, track.second)
        for channel, tick, value in zip(*(c[is_pedal].tolist() for c in columns), strict=True):
            part = first_parts.get(number * _CHANNELS + channel, of_channel.get(channel))
            if part is not None:
                rows.append((tick, value, part))
    return np.array(sorted(rows, key=lambda row: row[0]), PEDAL_CHANGE_DTYPE)


def track_name(track: TrackEvents) -> str:
    """The track's name; empty if it has none."""
    for _, kind, data in track.metas:
        if kind == _TRACK_NAME:
            return to_name(data)
    return ""


def to_name(data: bytes) -> str:
    """Bytes of a MIDI text as one line of printable characters."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:_MAX_NAME_CHARACTERS]


def _first_mention(
    tracks: Sequence[TrackEvents], notes: MidiNotes, code: int, first_note: int
) -> tuple[int, int]:
    """Track and event in which a part is first named: its program change or its first note."""
    number, channel, program = _decode(code)
    track = tracks[number]
    is_program = (track.kinds == PROGRAM) & (track.channels == channel) & (track.first == program)
    event = int(notes.event[first_note])
    return number, min([event, *np.flatnonzero(is_program)[:1].tolist()])


def _decode(code: int) -> tuple[int, int, int]:
    """Track, channel and program of a part's code."""
    return code // (_CHANNELS * _PROGRAMS), code // _PROGRAMS % _CHANNELS, code % _PROGRAMS


def _programs(tracks: Sequence[TrackEvents], notes: MidiNotes) -> np.ndarray:
    """Program of each note: (N,) int64.

    It is the last that the note's own track gave its channel before it. A track without any for
    the channel takes those of the other tracks, as of a track that sets the file up.
    """
    programs = np.zeros(len(notes), np.int64)
    changes = [np.flatnonzero(track.kinds == PROGRAM) for track in tracks]
    for number, (track, rows) in enumerate(zip(tracks, changes, strict=True)):
        in_track = np.flatnonzero(notes.track == number)
        for channel in np.unique(notes.channel[in_track]).tolist():
            of_channel = in_track[notes.channel[in_track] == channel]
            own = rows[track.channels[rows] == channel]
            if len(own):
                index = np.searchsorted(own, notes.event[of_channel]) - 1
                values = track.first[own]
            else:
                ticks, values = _changes_elsewhere(tracks, changes, channel)
                index = np.searchsorted(ticks, notes.start[of_channel], side="right") - 1
            if len(values):
                programs[of_channel] = np.where(index >= 0, values[index], 0)
    return programs


def _changes_elsewhere(
    tracks: Sequence[TrackEvents], changes: Sequence[np.ndarray], channel: int
) -> tuple[np.ndarray, np.ndarray]:
    """Ticks and programs of a channel's program changes in all tracks, by tick: 2 x (C,)."""
    ticks, values = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for track, rows in zip(tracks, changes, strict=True):
        of_channel = rows[track.channels[rows] == channel]
        ticks.append(track.ticks[of_channel])
        values.append(track.first[of_channel].astype(np.int64))
    order = np.argsort(np.concatenate(ticks), kind="stable")
    return np.concatenate(ticks)[order], np.concatenate(values)[order]
