"""Messages between this program and the process that reads notation files.

Apart from that process, whose readers take time to import.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import IO, TypeVar

from musicgen.corpus.readers.abc.books import TuneBounds
from musicgen.corpus.score_tables import ScoreHeader
from musicgen.json_files import parse_json


@dataclass(frozen=True)
class Request:
    """A notation file, which follows as bytes."""

    bytes: int
    kind: str  # a value of formats.FORMATS, or BOOK


@dataclass(frozen=True)
class Reply:
    """A score, whose tables follow as bytes, or the reason why there is none.

    To a BOOK: the bounds of its tunes, whose text follows.
    """

    bytes: int = 0
    score: ScoreHeader = field(default_factory=ScoreHeader)
    left_out: tuple[str, ...] = ()
    reason: str = ""
    remedy: str = ""
    tunes: TuneBounds = field(default_factory=TuneBounds)


Message = TypeVar("Message", Request, Reply)


def read_message(stream: IO[bytes], schema: type[Message]) -> tuple[Message, bytes]:
    """Read a message, one line of JSON, and its bytes; raises EOFError at the stream's end."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise EOFError("the other process has ended")
    message: Message = parse_json(line, schema)
    body = stream.read(message.bytes)
    if len(body) != message.bytes:
        raise EOFError("the other process has ended")
    return message, body


def write_message(stream: IO[bytes], message: Request | Reply, body: bytes = b"") -> None:
    """Write a message and its bytes."""
    stream.write(json.dumps(asdict(message)).encode() + b"\n" + body)
    stream.flush()
