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
from typing import NamedTuple

import numpy as np

from musicgen.corpus.errors import UnreadableScore

# Kinds of channel events: the upper half of their status byte.
NOTE_OFF, NOTE_ON, KEY_PRESSURE, CONTROL, PROGRAM, CHANNEL_PRESSURE, PITCH_BEND = range(0x8, 0xF)

_META, _END_OF_TRACK, _SYSTEM_EXCLUSIVES = 0xFF, 0x2F, (0xF0, 0xF7)
_MAX_VARIABLE_BYTES = 4  # of a number of variable length
_CHUNK_HEADER_BYTES = 8
_MAX_TICK = 2**40  # of a track; beyond is an attack, and int64 is far from overflowing
_DATA_BYTES = bytes([2] * 12 + [1, 1, 2, 0])  # after a status byte, by its upper half
_COMMON_DATA_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1}  # after other system messages


class MetaEvent(NamedTuple):
    """A meta event: a name, a tempo, a text."""

    tick: int
    track: int
    kind: int
    data: bytes


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
    system_exclusives: int  # number of system-exclusive messages


def parse_midi(data: bytes) -> MidiEvents:
    """Events of a MIDI file; raises UnreadableScore if it is damaged."""
    if data[:4] != b"MThd":
        raise UnreadableScore("it is not a MIDI file, whatever its name says")
    header_bytes = int.from_bytes(data[4:8], "big")
    if len(data) < _CHUNK_HEADER_BYTES + 6 or header_bytes < 6:
        raise UnreadableScore("the file is cut short")
    spans = list(_track_spans(data, _CHUNK_HEADER_BYTES + header_bytes))
    starts, places = array("i"), array("i")
    counts = []
    for start, stop in spans:
        before = len(places)
        _find_events(data, start, stop, starts, places)
        counts.append(len(places) - before)
    tracks = np.repeat(np.arange(len(spans), dtype=np.int32), counts)
    division = int.from_bytes(data[12:14], "big")
    return _events(data, division, tracks, np.array(starts), np.array(places), len(spans))


def damaged() -> UnreadableScore:
    """The error for bytes that follow no rule of MIDI."""
    return UnreadableScore("the MIDI data are damaged", "open it in a sequencer and save it again")


def _track_spans(data: bytes, position: int) -> Iterator[tuple[int, int]]:
    """First byte of the contents of each track chunk, and the byte after the last."""
    while position + _CHUNK_HEADER_BYTES <= len(data):
        kind = data[position : position + 4]
        size = int.from_bytes(data[position + 4 : position + 8], "big")
        position += _CHUNK_HEADER_BYTES
        if kind == b"MTrk":
            if position + size > len(data):
                raise damaged()
            yield position, position + size
        position += size


def _find_events(
    data: bytes, position: int, stop: int, starts: array[int], places: array[int]
) -> None:
    """Append the first byte of each event of a track, and the place after its delta time.

    A status holds for later events without one. Files keep it across meta and system-exclusive
    events too, against the specification. Raises UnreadableScore at a cut or impossible event.
    """
    add_start, add_place = starts.append, places.append
    data_bytes = -1  # of an event without a status; none may come before the first status
    try:
        while position < stop:  # the reader's innermost loop
            add_start(position)
            while data[position] >= 0x80:
                position += 1
            position += 1
            add_place(position)
            byte = data[position]
            if byte < 0x80:
                position += data_bytes
            elif byte < 0xF0:
                data_bytes = _DATA_BYTES[byte >> 4]
                position += 1 + data_bytes
            elif byte == _META and data[position + 1] == _END_OF_TRACK:
                return
            else:
                position = _system_end(data, position)
            if data_bytes < 0 and byte < 0x80:
                raise damaged()
    except IndexError:
        raise damaged() from None
    if position > stop:
        raise damaged()


def _system_end(data: bytes, position: int) -> int:
    """End of a system-exclusive, meta or other system event whose status is at `position`."""
    status = data[position]
    if status not in (_META, *_SYSTEM_EXCLUSIVES):
        return position + 1 + _COMMON_DATA_BYTES.get(status, 0)
    length, position = _variable(data, position + (2 if status == _META else 1))
    return position + length


def _variable(data: bytes, position: int) -> tuple[int, int]:
    """A number of variable length, and the place after it."""
    value = 0
    for _ in range(_MAX_VARIABLE_BYTES):
        byte = data[position]
        value, position = value << 7 | byte & 0x7F, position + 1
        if byte < 0x80:
            return value, position
    raise damaged()


def _events(
    data: bytes,
    division: int,
    tracks: np.ndarray,
    starts: np.ndarray,
    places: np.ndarray,
    count: int,
) -> MidiEvents:
    """What stands at the places of the events, for all tracks at once."""
    padded = np.frombuffer(data + b"\0\0", np.uint8)
    elapsed = np.concatenate([[0], np.cumsum(_variable_values(padded, starts, places))])
    edges = np.searchsorted(tracks, np.arange(count + 1))
    ticks = elapsed[1:] - elapsed[edges[tracks]]
    ends = elapsed[edges[1:]] - elapsed[edges[:-1]]
    if (ends > _MAX_TICK).any():
        raise damaged()
    statuses = padded[places]
    system = np.flatnonzero(statuses >= 0xF0)
    metas, exclusives = _system_events(data, ticks[system], tracks[system], places[system])
    channel = np.flatnonzero(statuses < 0xF0)
    written = statuses[channel] >= 0x80
    latest = np.maximum.accumulate(np.where(written, np.arange(len(channel)), 0))
    statuses = statuses[channel][latest]
    first = places[channel] + written  # a running status is not written again
    return MidiEvents(
        division,
        ticks[channel],
        tracks[channel],
        statuses >> 4,
        statuses & 15,
        padded[first] & 0x7F,
        padded[first + 1] & 0x7F,
        ends,
        metas,
        exclusives,
    )


def _variable_values(data: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Numbers of variable length between places in the data: (E,) int64."""
    lengths = ends - starts
    longest = int(lengths.max(initial=0))
    if longest > _MAX_VARIABLE_BYTES:
        raise damaged()
    values = (data[starts] & 0x7F).astype(np.int64)
    for byte in range(1, longest):
        longer = np.flatnonzero(lengths > byte)
        values[longer] = values[longer] << 7 | data[starts[longer] + byte] & 0x7F
    return values


def _system_events(
    data: bytes, ticks: np.ndarray, tracks: np.ndarray, places: np.ndarray
) -> tuple[tuple[MetaEvent, ...], int]:
    """The meta events, and the number of system-exclusive messages."""
    metas, exclusives = [], 0
    rows = zip(ticks.tolist(), tracks.tolist(), places.tolist(), strict=True)
    for tick, track, place in rows:
        if data[place] == _META and data[place + 1] != _END_OF_TRACK:
            length, first = _variable(data, place + 2)
            metas.append(MetaEvent(tick, track, data[place + 1], data[first : first + length]))
        exclusives += data[place] in _SYSTEM_EXCLUSIVES
    return tuple(metas), exclusives
