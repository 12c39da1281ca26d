"""Reading of JSON files through a schema, the type annotations of a dataclass."""

from __future__ import annotations

from pathlib import Path
from stat import S_ISREG
from typing import Any, TypeVar

import msgspec

from musicgen.errors import MusicgenError

MAX_BYTES = 16 * 2**20

T = TypeVar("T")

# What msgspec raises for texts that do not fit, are nested too deeply, or hold too large numbers.
_PROBLEMS = (
    msgspec.MsgspecError, ValueError, RecursionError, MemoryError, OverflowError,
)  # fmt: skip


class InvalidJson(MusicgenError):
    """A JSON file that is missing, too large, or does not fit its schema."""


def read_json(path: Path, schema: type[T] | Any, max_bytes: int = MAX_BYTES) -> T:
    """Read a file as an instance of `schema`, a dataclass or another type that msgspec supports.

    Unknown keys are ignored, so that files of later versions can be read. NaN and infinity are
    invalid. Raises InvalidJson.
    """
    try:
        stamp = path.stat()
        if not S_ISREG(stamp.st_mode):  # a pipe or a device would be read without end
            raise InvalidJson(f"{path.name} cannot be read: it is not a file")
        if stamp.st_size > max_bytes:
            raise InvalidJson(f"{path.name} is larger than {max_bytes:,} bytes")
        return parse_json(path.read_bytes(), schema, path.name)
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise InvalidJson(f"{path.name} cannot be read: {reason}") from None


def parse_json(data: bytes | str, schema: type[T] | Any, name: str = "the text") -> T:
    """Parse JSON as an instance of `schema`; `name` is for the error's message."""
    try:
        parsed: T = msgspec.json.decode(data, type=schema)
        return parsed
    except _PROBLEMS as problem:
        raise InvalidJson(f"{name} cannot be read: {problem}") from None


def convert_json(value: Any, schema: type[T] | Any, name: str = "the value") -> T:
    """Convert a parsed JSON value to an instance of `schema`; raises InvalidJson."""
    try:
        converted: T = msgspec.convert(value, type=schema)
        return converted
    except _PROBLEMS as problem:
        raise InvalidJson(f"{name} cannot be read: {problem}") from None
