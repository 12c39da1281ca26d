"""Chunks of a MIDI file: where its tracks lie, and whether some are missing.

Source: Standard MIDI Files 1.0.
"""

from __future__ import annotations

from dataclasses import dataclass

from musicgen.corpus.errors import UnreadableScore

_HEADER_BYTES = 8  # of a chunk: its type and its length
_MIN_HEAD_BYTES = 6  # of the first chunk's contents


@dataclass(frozen=True)
class MidiChunks:
    """The tracks of a MIDI file that are not empty, and what its first chunk says."""

    kind: int  # 0, 1 or 2
    division: int  # ticks per quarter below 2^15, else frames of film
    tracks: tuple[tuple[int, int], ...]  # first byte of each, and the byte after its last
    missing: int  # number of tracks that the first chunk counts and that are not there
    has_strays: bool  # whether bytes other than 0 belong to no chunk


def find_chunks(data: bytes) -> MidiChunks:
    """The chunks of a MIDI file; raises UnreadableScore if it is none, or cut short."""
    if data[:4] != b"MThd":
        raise UnreadableScore("it is not a MIDI file, whatever its name says")
    size = int.from_bytes(data[4:8], "big")
    if len(data) < _HEADER_BYTES + _MIN_HEAD_BYTES or size < _MIN_HEAD_BYTES:
        raise UnreadableScore("the file is cut short")
    kind, announced, division = (
        int.from_bytes(data[place : place + 2], "big") for place in (8, 10, 12)
    )
    position = _HEADER_BYTES + size
    tracks, count = [], 0
    while position + _HEADER_BYTES <= len(data):
        name = data[position : position + 4]
        if not (name.isascii() and name.decode("ascii").isprintable()):
            break
        size = int.from_bytes(data[position + 4 : position + _HEADER_BYTES], "big")
        first, stop = position + _HEADER_BYTES, position + _HEADER_BYTES + size
        if name == b"MTrk":
            if stop > len(data):
                raise damaged()
            count += 1
            if size:
                tracks.append((first, stop))
        position = stop
    return MidiChunks(
        kind, division, tuple(tracks), max(0, announced - count), any(data[position:])
    )


def damaged() -> UnreadableScore:
    """The error for bytes that follow no rule of MIDI."""
    return UnreadableScore("the MIDI data are damaged", "open it in a sequencer and save it again")
