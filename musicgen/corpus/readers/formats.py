"""Which format a file is in, by its first bytes and its ending."""

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

_ENCODING = re.compile(rb"<\?xml[^>]{0,100}encoding=[\"']([\w.-]{1,40})[\"']")
_TUNE = re.compile(r"^X:", re.MULTILINE)


def format_of(data: bytes, file: str) -> str:
    """The format of a file's bytes; UnreadableScore where it is none that is read."""
    if data[:4] == b"MThd":
        return MIDI
    ending = ending_of(file)
    if ending not in FORMATS:
        raise not_read(ending)
    return FORMATS[ending]


def not_read(ending: str) -> UnreadableScore:
    """The refusal of a file with an ending that is not read."""
    reason = f"'{ending[:20]}' files are not read" if ending else "its name has no ending"
    return UnreadableScore(reason, "use MIDI, MusicXML, ABC or Humdrum")


def ending_of(file: str) -> str:
    """The ending of a file's name in small letters, with its dot."""
    return PurePosixPath(file).suffix.lower()


def text_of(data: bytes) -> str:
    """The text of a notation file, in whichever of the usual encodings it is."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"),
                           (b"\xfe\xff", "utf-16")):  # fmt: skip
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    declared = _ENCODING.match(data)
    try:
        return data.decode(declared[1].decode() if declared else "utf-8")
    except (LookupError, UnicodeDecodeError):
        return data.decode("latin-1")


def tunes_of(text: str) -> list[str]:
    """The tunes of an ABC file, each with the lines before the first in front of it."""
    starts = [match.start() for match in _TUNE.finditer(text)]
    if len(starts) < 2:
        return [text]
    ends = [*starts[1:], len(text)]
    return [text[: starts[0]] + text[a:b] for a, b in zip(starts, ends, strict=True)]
