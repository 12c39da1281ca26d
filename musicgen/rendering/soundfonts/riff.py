"""SoundFont files: their chunks, checked, and their table of samples."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from musicgen.errors import MusicgenError

RECORD_BYTES = {  # of the tables in a SoundFont, each with a last record that ends it
    b"phdr": 38, b"pbag": 4, b"pmod": 10, b"pgen": 4, b"inst": 22, b"ibag": 4, b"imod": 10,
    b"igen": 4, b"shdr": 46,
}  # fmt: skip
SAMPLE_DTYPE = np.dtype(
    [
        *(("name", "S20"), ("start", "<u4"), ("stop", "<u4"), ("loop_start", "<u4")),
        *(("loop_stop", "<u4"), ("rate", "<u4"), ("pitch", "u1"), ("correction", "i1")),
        *(("link", "<u2"), ("kind", "<u2")),
    ]
)
COMPRESSED, IN_ROM = 0x10, 0x8000  # kinds of samples
_HEADER = 8  # bytes of a chunk before its contents
_VERSION = b"ifil"


class BadSoundFont(MusicgenError):
    """A file that is no SoundFont, or one that cannot be played."""


@dataclass(frozen=True, eq=False)
class SoundFontFile:
    """The contents of a SoundFont."""

    info: bytes  # contents of the list INFO
    samples: memoryview  # bytes: numbers of 16 bits, or Vorbis streams one after another
    tables: Mapping[bytes, bytes]  # by name, those of RECORD_BYTES

    @property
    def headers(self) -> np.ndarray:
        """Samples: (S,) SAMPLE_DTYPE, without the record that ends the table."""
        return np.frombuffer(self.tables[b"shdr"], SAMPLE_DTYPE)[:-1]

    @property
    def is_compressed(self) -> np.ndarray:
        """Which samples are Vorbis streams: (S,) bool."""
        return (self.headers["kind"] & COMPRESSED) > 0


def parse_soundfont(data: bytes) -> SoundFontFile:
    """Read a SoundFont. Raises BadSoundFont, which says what is wrong."""
    view = memoryview(data)
    if len(data) < 12 or view[:4] != b"RIFF" or view[8:12] != b"sfbk":
        raise BadSoundFont("it is no SoundFont: it does not begin as one")
    lists = {bytes(body[:4]): body[4:] for name, body in _chunks(view[12:]) if name == b"LIST"}
    if missing := [name for name in (b"INFO", b"sdta", b"pdta") if name not in lists]:
        raise BadSoundFont(f"its part {missing[0].decode()} is missing")
    samples = dict(_chunks(lists[b"sdta"])).get(b"smpl", view[:0])
    tables = {name: bytes(body) for name, body in _chunks(lists[b"pdta"]) if name in RECORD_BYTES}
    for name, size in RECORD_BYTES.items():
        if len(tables.get(name, b"")) < size or len(tables[name]) % size:
            raise BadSoundFont(f"its table {name.decode()} is missing or damaged")
    if len(tables[b"phdr"]) < 2 * RECORD_BYTES[b"phdr"]:
        raise BadSoundFont("it has no instrument")
    font = SoundFontFile(bytes(lists[b"INFO"]), samples, tables)
    _check_samples(font)
    return font


def soundfont_bytes(font: SoundFontFile) -> bytes:
    """Contents of the file of a SoundFont whose samples are not compressed: of version 2.04."""
    info = b"".join(
        _chunk(name, struct.pack("<HH", 2, 4) if name == _VERSION else bytes(body))
        for name, body in _chunks(memoryview(font.info))
    )
    tables = b"".join(_chunk(name, font.tables[name]) for name in RECORD_BYTES)
    lists = [
        _chunk(b"LIST", b"INFO" + info),
        _chunk(b"LIST", b"sdta" + _chunk(b"smpl", bytes(font.samples))),
        _chunk(b"LIST", b"pdta" + tables),
    ]
    return _chunk(b"RIFF", b"sfbk" + b"".join(lists))


def _chunks(view: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Names and contents of chunks that follow each other. Raises BadSoundFont."""
    at = 0
    while at + _HEADER <= len(view):
        name, size = struct.unpack_from("<4sI", view, at)
        if at + _HEADER + size > len(view):
            raise BadSoundFont("it is cut off, or damaged")
        yield name, view[at + _HEADER : at + _HEADER + size]
        at += _HEADER + size + size % 2


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _check_samples(font: SoundFontFile) -> None:
    """Raise BadSoundFont where a sample lies outside of the data."""
    headers = font.headers
    if not len(headers):
        raise BadSoundFont("it holds no sample")
    in_file = (headers["kind"] & IN_ROM) == 0
    size = np.where(font.is_compressed, len(font.samples), len(font.samples) // 2)
    is_within = (headers["start"] <= headers["stop"]) & (headers["stop"] <= size)
    if not (is_within | ~in_file).all():
        name = headers["name"][in_file & ~is_within][0].decode("latin-1")
        raise BadSoundFont(f"its sample '{name}' lies beyond the end of the data")
