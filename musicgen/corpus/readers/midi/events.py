"""The events of a MIDI file's tracks, as arrays.

All notes are wanted as the file has them, in the file's order. symusic drops notes of a key that
is struck again before its release (in 12 of the 92 files of a collection of piano pieces), and
mido takes thirty times as long, so the bytes are read here; tests hold the result to both.
Source: MIDI 1.0 Detailed Specification, Standard MIDI Files 1.0.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from musicgen.corpus.errors import UnreadableScore
from musicgen.corpus.readers.limits import LIMITS, Limits
from musicgen.corpus.readers.midi.chunks import MidiChunks, damaged, find_chunks

# Kinds of channel events: the upper half of their status byte.
NOTE_OFF, NOTE_ON, KEY_PRESSURE, CONTROL, PROGRAM, CHANNEL_PRESSURE, PITCH_BEND = range(0x8, 0xF)

_META, _END_OF_TRACK, _SYSTEM_EXCLUSIVES = 0xFF, 0x2F, (0xF0, 0xF7)
_PACKET = _END_OF_EXCLUSIVE = 0xF7  # status of a further packet; last byte of a message
_MAX_JOINED_BYTES = 256  # of a message, beyond which its packets stay apart; drums take 10
_END_OF_TRACK_BYTES = 3
_MAX_VARIABLE_BYTES = 4  # of a number of variable length
_MAX_TICK = 2**40  # of a track; beyond is an attack, and int64 is far from overflowing
_DATA_BYTES = bytes([2] * 12 + [1, 1, 2, 0])  # after a status byte, by its upper half
_COMMON_DATA_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1}  # after other system messages
_INDEPENDENT_TRACKS = 2  # format of a file whose tracks are songs of their own

# Bytes of an event after its delta time, by the first of them: without a status, those of a note.
# 0 for events that take a closer look: system events, and those of one data byte.
_NOTE_BYTES = [2] * 0x80 + [3] * 0x40 + [0] * 0x20 + [3] * 0x10 + [0] * 0x10
_WITH_DELTAS = [bytes(size + delta if size else 0 for size in _NOTE_BYTES) for delta in (1, 2)]


class MetaEvent(NamedTuple):
    """A meta event: a name, a tempo, a text."""

    tick: int
    track: int
    kind: int
    data: bytes


class SystemExclusive(NamedTuple):
    """A system-exclusive message, its packets joined, or bytes that are escaped."""

    tick: int  # of its first packet
    track: int
    data: bytes  # after its length


@dataclass(frozen=True)
class MidiEvents:
    """Channel events of a MIDI file, (E,) each: track after track, in the order of the file."""

    division: int  # ticks per quarter below 2^15, else frames of film
    ticks: np.ndarray  # int64, from the beginning of the track
    tracks: np.ndarray  # int32, index of the track
    kinds: np.ndarray  # uint8, NOTE_OFF to PITCH_BEND
    channels: np.ndarray  # uint8, 0 to 15
    first: np.ndarray  # uint8, first data byte
    second: np.ndarray  # uint8, second data byte; undefined for kinds with one
    track_ends: np.ndarray  # (T,) int64, tick of the last event of each track
    metas: tuple[MetaEvent, ...]
    exclusives: tuple[SystemExclusive, ...]
    unread_tracks: int  # number of tracks in which something stands after their end
    missing_tracks: int  # number of tracks that the file counts and that are not there
    has_strays: bool  # whether something stands outside of all tracks and other chunks
    has_independent_tracks: bool  # whether each track is a song of its own


def parse_midi(data: bytes, limits: Limits = LIMITS) -> MidiEvents:
    """Events of a MIDI file; raises UnreadableScore if it is damaged or has too many marks."""
    chunks = find_chunks(data)
    padded = np.frombuffer(data + bytes(_MAX_VARIABLE_BYTES), np.uint8)
    event_bytes = _event_bytes(data, padded)
    starts = array("q")
    counts = []
    for start, stop in chunks.tracks:
        before = len(starts)
        _find_events(data, event_bytes, start, stop, starts)
        counts.append(len(starts) - before)
    return _events(data, padded, np.frombuffer(starts, np.int64), counts, chunks, limits)


def run_starts(values: np.ndarray) -> np.ndarray:
    """Index of the first of each run of equal values: (N,) -> (R,) int64."""
    is_first = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=is_first[1:])
    return is_first.nonzero()[0]


def _event_bytes(data: bytes, padded: np.ndarray) -> bytes:
    """Bytes of the event that begins at each place of a file, if one does: (N,).

    0 if that takes a closer look: at delta times of more than two bytes and at other than notes.
    padded: the file and _MAX_VARIABLE_BYTES more.
    """
    size = len(data)
    goes_on = padded >= 0x80  # a byte of a delta time that is not its last
    # bytes.translate takes a third of the time of a look-up by NumPy.
    short = np.frombuffer((data[1:] + b"\0").translate(_WITH_DELTAS[0]), np.uint8)
    long = np.frombuffer((data[2:] + b"\0\0").translate(_WITH_DELTAS[1]), np.uint8)
    return np.where(goes_on[:size], long * ~goes_on[1 : size + 1], short).tobytes()


def _find_events(
    data: bytes, event_bytes: bytes, position: int, stop: int, starts: array[int]
) -> None:
    """Append the first byte of each event of a track: of its delta time.

    Raises UnreadableScore at a cut or impossible event.
    """
    add = starts.append
    try:
        while position < stop:  # the reader's innermost loop
            add(position)
            length = event_bytes[position]
            position = position + length if length else _find_others(data, position, stop, add)
    except IndexError:
        raise damaged() from None
    if position > stop:
        raise damaged()


def _find_others(data: bytes, position: int, stop: int, add: Callable[[int], None]) -> int:
    """The place after an event, and after the events that follow while a status of one byte holds.

    A status holds for later events without one. Files keep it across meta and system-exclusive
    events too, against the specification.
    """
    data_bytes = 2  # of an event without a status: this begins after one with two
    while True:
        _, place = _variable(data, position)
        byte = data[place]
        if byte < 0x80:
            position = place + data_bytes
        elif byte < 0xF0:
            data_bytes = _DATA_BYTES[byte >> 4]
            position = place + 1 + data_bytes
        elif byte == _META and data[place + 1] == _END_OF_TRACK:
            return stop
        else:
            position = _system_end(data, place)
        if data_bytes == 2 or position >= stop:
            return position
        add(position)


def _system_end(data: bytes, position: int) -> int:
    """End of a system-exclusive, meta or other system event whose status is at `position`."""
    status = data[position]
    if status not in (_META, *_SYSTEM_EXCLUSIVES):
        return position + 1 + _COMMON_DATA_BYTES.get(status, 0)
    length, position = _variable(data, position + (2 if status == _META else 1))
    return position + length


def _variable(data: bytes, position: int) -> tuple[int, int]:
    """A number of variable length, and the place after it."""
    value = data[position]
    if value < 0x80:  # most are of one byte
        return value, position + 1
    value = 0
    for _ in range(_MAX_VARIABLE_BYTES):
        byte = data[position]
        value, position = value << 7 | byte & 0x7F, position + 1
        if byte < 0x80:
            return value, position
    raise damaged()


def _events(
    data: bytes,
    padded: np.ndarray,
    starts: np.ndarray,
    counts: Sequence[int],
    chunks: MidiChunks,
    limits: Limits,
) -> MidiEvents:
    """What stands in the events, for all tracks at once.

    starts: (E,) first byte of each event. counts: (T,) number of events of each track.
    """
    tracks = np.arange(len(counts), dtype=np.int32).repeat(counts)
    last = np.array(counts, np.int64).cumsum() - 1  # event of each track
    ticks, places = _delta_times(padded, starts)
    _add_up(ticks, last + 1)
    ends, last_places = ticks[last], places[last]
    is_system = padded[places] >= 0xF0
    system = is_system.nonzero()[0]
    _check_sizes(ends, len(system) - len(counts), limits)
    metas, exclusives = _system_events(data, ticks[system], tracks[system], places[system])
    channel = (~is_system).nonzero()[0]
    ticks, tracks, places = ticks[channel], tracks[channel], places[channel]
    statuses, first, second = _channel_data(padded, places, tracks)
    return MidiEvents(
        chunks.division,
        ticks,
        tracks,
        statuses >> 4,
        statuses & 15,
        first,
        second,
        ends,
        metas,
        exclusives,
        _count_unread(data, last_places, chunks),
        chunks.missing,
        chunks.has_strays,
        chunks.kind == _INDEPENDENT_TRACKS,
    )


def _add_up(deltas: np.ndarray, stops: np.ndarray) -> None:
    """Delta times to ticks from the beginning of each track, in place: (E,), (T,)."""
    for start, stop in pairwise([0, *stops.tolist()]):
        np.cumsum(deltas[start:stop], out=deltas[start:stop])


def _check_sizes(ends: np.ndarray, marks: int, limits: Limits) -> None:
    """Raise UnreadableScore for too long a track (T,), or too many marks beside their ends."""
    if len(ends) and ends.max() > _MAX_TICK:
        raise damaged()
    if marks > limits.marks:
        raise UnreadableScore(f"it holds {marks:,} marks; at most {limits.marks:,} are read")


def _channel_data(
    padded: np.ndarray, places: np.ndarray, tracks: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Status and data bytes of the channel events at places of the data: 3 x (E,) uint8."""
    statuses = padded[places]
    is_written = statuses >= 0x80  # a status that still holds is not written again
    if np.count_nonzero(is_written) == len(places):
        return statuses, padded[places + 1] & 0x7F, padded[places + 2] & 0x7F
    if not is_written[run_starts(tracks)].all():
        raise damaged()  # a track begins with an event without a status
    latest = np.maximum.accumulate(np.where(is_written, np.arange(len(places)), 0))
    first = places + is_written
    return statuses[latest], padded[first] & 0x7F, padded[first + 1] & 0x7F


def _delta_times(padded: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Delta times of events that begin at places, and the places after them: 2 x (E,)."""
    byte = padded[starts]
    values, places = byte.astype(np.int64), starts + 1
    longer = (byte >= 0x80).nonzero()[0]
    values[longer] &= 0x7F
    while len(longer):
        byte = padded[places[longer]]
        values[longer] = values[longer] << 7 | byte & 0x7F
        places[longer] += 1
        longer = longer[byte >= 0x80]
    return values, places


def _system_events(
    data: bytes, ticks: np.ndarray, tracks: np.ndarray, places: np.ndarray
) -> tuple[tuple[MetaEvent, ...], tuple[SystemExclusive, ...]]:
    """The meta events and the system-exclusive messages."""
    metas: list[MetaEvent] = []
    exclusives: list[SystemExclusive] = []
    rows = zip(ticks.tolist(), tracks.tolist(), places.tolist(), strict=True)
    for tick, track, place in rows:
        if data[place] == _META and data[place + 1] != _END_OF_TRACK:
            length, first = _variable(data, place + 2)
            metas.append(MetaEvent(tick, track, data[place + 1], data[first : first + length]))
        elif data[place] in _SYSTEM_EXCLUSIVES:
            length, first = _variable(data, place + 1)
            packet = SystemExclusive(tick, track, data[first : first + length])
            if data[place] == _PACKET and exclusives and _is_open(exclusives[-1], track):
                opened = exclusives.pop()
                packet = opened._replace(data=opened.data + packet.data)
            exclusives.append(packet)
    return tuple(metas), tuple(exclusives)


def _is_open(message: SystemExclusive, track: int) -> bool:
    """Whether a message of a track goes on in another packet."""
    ends = message.data[-1:] == bytes([_END_OF_EXCLUSIVE])
    return message.track == track and not ends and len(message.data) < _MAX_JOINED_BYTES


def _count_unread(data: bytes, last_places: np.ndarray, chunks: MidiChunks) -> int:
    """Number of tracks in which something but zeros stands after the end of the track."""
    rows = zip(last_places.tolist(), chunks.tracks, strict=True)
    return sum(
        data[place : place + 2] == bytes([_META, _END_OF_TRACK])
        and any(data[place + _END_OF_TRACK_BYTES : stop])
        for place, (_, stop) in rows
    )
