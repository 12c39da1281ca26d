"""MIDI files of a few events, written byte by byte, for tests of readers."""

from __future__ import annotations

END = (0, b"\xff\x2f\x00")
Event = tuple[int, bytes]  # ticks since the event before, message


def midi(*tracks: list[Event], ticks_per_quarter: int = 480, kind: int = 1) -> bytes:
    """The bytes of a MIDI file with the given tracks; kind: the format in its header."""
    header = b"MThd" + (6).to_bytes(4, "big") + kind.to_bytes(2, "big")
    header += len(tracks).to_bytes(2, "big") + ticks_per_quarter.to_bytes(2, "big")
    return header + b"".join(_track(events) for events in tracks)


def note(
    pitch: int, duration: int, after: int = 0, velocity: int = 80, channel: int = 0
) -> list[Event]:
    """A note that begins `after` ticks after the event before it; durations in ticks."""
    on, off = bytes([0x90 | channel, pitch, velocity]), bytes([0x80 | channel, pitch, 0])
    return [(after, on), (duration, off)]


def program(number: int, channel: int = 0) -> list[Event]:
    return [(0, bytes([0xC0 | channel, number]))]


def control(number: int, value: int, channel: int = 0, after: int = 0) -> list[Event]:
    return [(after, bytes([0xB0 | channel, number, value]))]


def name(text: str) -> list[Event]:
    """The name of a track."""
    data = text.encode()
    return [(0, b"\xff\x03" + bytes([len(data)]) + data)]


def key(fifths: int, minor: bool = False, after: int = 0) -> list[Event]:
    """A key signature of sharps, or of flats below 0."""
    return [(after, b"\xff\x59\x02" + fifths.to_bytes(1, "big", signed=True) + bytes([minor]))]


def tempo(microseconds: int, after: int = 0) -> list[Event]:
    """A tempo in microseconds per quarter."""
    return [(after, b"\xff\x51\x03" + microseconds.to_bytes(3, "big"))]


def signature(numerator: int, power: int, after: int = 0) -> list[Event]:
    """A time signature numerator / 2**power."""
    return [(after, b"\xff\x58\x04" + bytes([numerator, power, 24, 8]))]


def _track(events: list[Event]) -> bytes:
    body = b"".join(_variable(after) + message for after, message in [*events, END])
    return b"MTrk" + len(body).to_bytes(4, "big") + body


def _variable(value: int) -> bytes:
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(0x80 | value & 0x7F)
    return bytes(reversed(digits))
