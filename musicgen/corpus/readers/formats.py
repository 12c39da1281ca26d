"""File formats: detection by the first bytes and the extension; decoding of text."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from musicgen.corpus.errors import UnreadableScore

MIDI, MUSICXML, MXL, ABC, HUMDRUM = "MIDI", "MusicXML", "MXL", "ABC", "Humdrum"

FORMATS = {
    ".mid": MIDI,
    ".midi": MIDI,
    ".smf": MIDI,
    ".kar": MIDI,
    ".rmi": MIDI,
    ".musicxml": MUSICXML,
    ".xml": MUSICXML,
    ".mxl": MXL,
    ".abc": ABC,
    ".krn": HUMDRUM,
}

_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,100}encoding=[\"']([\w.-]{1,40})[\"']")
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def detect_format(data: bytes, file: str) -> str:
    """The format of a file's bytes, a value of FORMATS; raises UnreadableScore."""
    if data[:4] == b"MThd":
        return MIDI
    if extension(file) not in FORMATS:
        raise unsupported_format(file)
    return FORMATS[extension(file)]


def unsupported_format(file: str) -> UnreadableScore:
    """The error for a file whose extension is of no supported format."""
    suffix = extension(file)
    reason = f"'{suffix[:20]}' files are not read" if suffix else "its name has no ending"
    return UnreadableScore(reason, "use MIDI, MusicXML, ABC or Humdrum")


def extension(file: str) -> str:
    """The extension of a file's name in lower case, with its dot."""
    return PurePosixPath(file).suffix.lower()


def to_text(data: bytes) -> str:
    """Decode a notation file: by byte order mark or XML declaration, as UTF-8 or as Latin-1."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    declared = _XML_ENCODING.match(data)
    try:
        return data.decode(declared[1].decode() if declared else "utf-8")
    except (LookupError, UnicodeDecodeError):
        return data.decode("latin-1")
