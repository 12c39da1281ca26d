"""The events of a MIDI file's tracks, as arrays.

All notes are wanted as the file has them, in the file's order. symusic drops notes of a key that
is struck again before its release (in 12 of the 92 files of a collection of piano pieces), and
mido takes thirty times as long, so the bytes are read here; tests hold the result to both.
Source: MIDI 1.0 Detailed Specification, Standard MIDI Files 1.0.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from musicgen.corpus.errors import UnreadableScore

# Kinds of channel events: the upper half of their status byte.
NOTE_OFF, NOTE_ON, KEY_PRESSURE, CONTROL, PROGRAM, CHANNEL_PRESSURE, PITCH_BEND = range(0x8, 0xF)

_META, _END_OF_TRACK, _SYSTEM_EXCLUSIVES = 0xFF, 0x2F, (0xF0, 0xF7)
_MAX_VARIABLE_BYTES = 4  # of a number of variable length
_CHUNK_HEADER_BYTES = 8
_MAX_TICK = 2**40  # of a track; beyond is an attack, and int64 is far from overflowing
_DATA_BYTES = bytes([2] * 12 + [1, 1, 2, 0])  # after a status byte, by its upper half
_DATA_BYTES_ARRAY = np.frombuffer(_DATA_BYTES, np.uint8)
_COMMON_DATA_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1}  # after other system messages


@dataclass(frozen=True)
class TrackEvents:
    """Channel events of one track, (E,) each in the file's order, and its meta events."""

    ticks: np.ndarray  # int64, from the beginning
    kinds: np.ndarray  # uint8, NOTE_OFF to PITCH_BEND
    channels: np.ndarray  # uint8, 0 to 15
    first: np.ndarray  # uint8, first data byte
    second: np.ndarray  # uint8, second data byte; undefined for kinds with one
    metas: tuple[tuple[int, int, bytes], ...]  # tick, type, data
    system_exclusives: int  # number of system-exclusive messages
    end: int  # tick of the last event


@dataclass(frozen=True)
class MidiEvents:
    """The header of a MIDI file and the events of its tracks."""

    division: int  # ticks per quarter below 2^15, else frames of film
    tracks: tuple[TrackEvents, ...]


def parse_midi(data: bytes) -> MidiEvents:
    """Events of a MIDI file; raises UnreadableScore if it is damaged."""
    if data[:4] != b"MThd":
        raise UnreadableScore("it is not a MIDI file, whatever its name says")
    header_bytes = int.from_bytes(data[4:8], "big")
    if len(data) < _CHUNK_HEADER_BYTES + 6 or header_bytes < 6:
        raise UnreadableScore("the file is cut short")
    bodies = _track_bodies(data, _CHUNK_HEADER_BYTES + header_bytes)
    division = int.from_bytes(data[12:14], "big")
    return MidiEvents(division, tuple(_parse_track(body) for body in bodies))


def damaged() -> UnreadableScore:
    """The error for bytes that follow no rule of MIDI."""
    return UnreadableScore("the MIDI data are damaged", "open it in a sequencer and save it again")


def _track_bodies(data: bytes, position: int) -> Iterator[bytes]:
    """Contents of the track chunks; other chunks are skipped."""
    while position + _CHUNK_HEADER_BYTES <= len(data):
        kind = data[position : position + 4]
        size = int.from_bytes(data[position + 4 : position + 8], "big")
        position += _CHUNK_HEADER_BYTES
        if kind == b"MTrk":
            if position + size > len(data):
                raise damaged()
            yield data[position : position + size]
        position += size


def _parse_track(body: bytes) -> TrackEvents:
    """Events of a track: first the places of all events, then what stands there."""
    try:
        status_at, statuses, ends = _event_places(body)
    except IndexError:  # an event goes on beyond the track's end
        raise damaged() from None
    starts = np.concatenate([np.zeros(1, np.int32), ends[:-1]])[: len(ends)]
    data = np.frombuffer(body + b"\0\0", np.uint8)
    ticks = np.cumsum(_variable_values(data, starts, status_at))
    if len(ticks) and (int(ends[-1]) > len(body) or int(ticks[-1]) > _MAX_TICK):
        raise damaged()
    is_channel = statuses < 0xF0
    first_at = status_at[is_channel]
    first_at = first_at + (data[first_at] >= 0x80)  # a running status is not written again
    metas, exclusives = _system_events(body, ticks[~is_channel], statuses, status_at, ends)
    return TrackEvents(
        ticks[is_channel],
        statuses[is_channel] >> 4,
        statuses[is_channel] & 15,
        data[first_at] & 0x7F,
        data[first_at + 1] & 0x7F,
        metas,
        exclusives,
        int(ticks[-1]) if len(ticks) else 0,
    )


def _event_places(body: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Place after the delta time, status and end of each event: 3 x (E,) int32, uint8, int32.

    A status holds for later events without one, and files keep it across meta and
    system-exclusive events too, against the specification. IndexError at a cut event.
    """
    places, statuses, system_ends = array("i"), array("B"), array("i")
    status = data_bytes = position = 0
    size = len(body)
    while position < size:  # the reader's innermost loop
        while body[position] >= 0x80:
            position += 1
        position += 1
        places.append(position)
        byte = body[position]
        if byte < 0x80:
            statuses.append(status)
            position += data_bytes
        elif byte < 0xF0:
            statuses.append(byte)
            status, data_bytes = byte, _DATA_BYTES[byte >> 4]
            position += 1 + data_bytes
        else:
            statuses.append(byte)
            position = _system_end(body, position)
            system_ends.append(position)
            if byte == _META and body[places[-1] + 1] == _END_OF_TRACK:
                break
    place = np.array(places, dtype=np.int32)
    kind = np.array(statuses, dtype=np.uint8)
    if (kind == 0).any():
        raise damaged()  # an event without a status, before the first
    ends = place + _DATA_BYTES_ARRAY[kind >> 4]
    ends += np.frombuffer(body, np.uint8)[place] >= 0x80
    ends[kind >= 0xF0] = np.array(system_ends, dtype=np.int32)
    return place, kind, ends


def _system_end(body: bytes, position: int) -> int:
    """End of a system-exclusive, meta or other system event whose status is at `position`."""
    status = body[position]
    if status not in (_META, *_SYSTEM_EXCLUSIVES):
        return position + 1 + _COMMON_DATA_BYTES.get(status, 0)
    length, position = _variable(body, position + (2 if status == _META else 1))
    return position + length


def _variable(body: bytes, position: int) -> tuple[int, int]:
    """A number of variable length, and the place after it."""
    value = 0
    for _ in range(_MAX_VARIABLE_BYTES):
        byte = body[position]
        value, position = value << 7 | byte & 0x7F, position + 1
        if byte < 0x80:
            return value, position
    raise damaged()


def _variable_values(data: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Numbers of variable length between places in the data: (E,) int64."""
    lengths = ends - starts
    if len(lengths) and int(lengths.max()) > _MAX_VARIABLE_BYTES:
        raise damaged()
    values = np.zeros(len(starts), np.int64)
    for byte in range(int(lengths.max(initial=0))):
        longer = lengths > byte
        values[longer] = values[longer] << 7 | data[starts[longer] + byte] & 0x7F
    return values


def _system_events(
    body: bytes, ticks: np.ndarray, statuses: np.ndarray, places: np.ndarray, ends: np.ndarray
) -> tuple[tuple[tuple[int, int, bytes], ...], int]:
    """Tick, type and data of the meta events, and the number of system-exclusive messages."""
    is_system = statuses >= 0xF0
    metas, exclusives = [], 0
    rows = zip(ticks.tolist(), places[is_system].tolist(), ends[is_system].tolist(), strict=True)
    for tick, place, end in rows:
        if body[place] == _META:
            _, first = _variable(body, place + 2)
            metas.append((tick, body[place + 1], body[first:end]))
        exclusives += body[place] in _SYSTEM_EXCLUSIVES
    return tuple(metas), exclusives
