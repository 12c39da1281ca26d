"""File formats: detection by the content, then by the extension; decoding of text."""

from __future__ import annotations

import re

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

_HEAD_BYTES = 16_384  # of a file, by which its format is detected
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,100}encoding=[\"']([\w.-]{1,40})[\"']")
_TUNE_HEAD = re.compile(r"^(%abc\b|X: ?\d)", re.MULTILINE)
_HUMDRUM_HEAD = re.compile(r"(!![^\n]*\n|\s)*\*\*[A-Za-z]")
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Encodings that a file may name. No other decoder of Python's runs: `punycode` takes a time that
# grows with the square of the text.
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-1": "latin-1",
    "latin-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    **{f"iso-8859-{number}": f"iso8859-{number}" for number in (2, 5, 7, 9, 15)},
    **{f"windows-{number}": f"cp{number}" for number in (1250, 1251, 1253, 1254)},
    "koi8-r": "koi8-r",
    "shift-jis": "cp932",
    "euc-jp": "euc-jp",
    "euc-kr": "euc-kr",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
}

_MXL_CONTAINER = b"META-INF/container.xml"  # a member that an MXL archive has


def detect_format(data: bytes, file: str) -> str:
    """The format of a file, a value of FORMATS; raises UnreadableScore.

    What a file is, its content says; its name counts where the content says nothing.
    """
    if data[:4] == b"MThd" or (data[:4] == b"RIFF" and data[8:12] == b"RMID"):
        return MIDI
    if data[:4] == b"PK\3\4" and (extension(file) in FORMATS or _MXL_CONTAINER in data):
        return MXL
    text = to_text(data[:_HEAD_BYTES]).replace("\r", "\n").lstrip("\ufeff \t\n")
    if text.startswith("<"):
        return MUSICXML
    if _HUMDRUM_HEAD.match(text):
        return HUMDRUM
    if _TUNE_HEAD.search(text):
        return ABC
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
    return _split_name(file)[1].lower()


def stem(file: str) -> str:
    """The name of a file without its folders and its extension."""
    return _split_name(file)[0]


def _split_name(file: str) -> tuple[str, str]:
    """Stem and extension as pathlib has them, of thousands of files in a fraction of its time."""
    name = file[file.rfind("/") + 1 :]
    dot = name.rfind(".")
    return (name[:dot], name[dot:]) if 0 < dot < len(name) - 1 else (name, "")


def to_text(data: bytes) -> str:
    """Decode a notation file: by byte order mark or XML declaration, as UTF-8 or as Latin-1."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if data[1:2] == b"\0" and data[3:4] == b"\0":
        return data.decode("utf-16-le", errors="replace")
    if data[:1] == b"\0" and data[2:3] == b"\0":
        return data.decode("utf-16-be", errors="replace")
    declared = _XML_ENCODING.match(data)
    name = declared[1].decode().lower().replace("_", "-") if declared else ""
    try:
        return data.decode(_ENCODINGS.get(name, "utf-8"))
    except UnicodeDecodeError:
        return data.decode("latin-1")
