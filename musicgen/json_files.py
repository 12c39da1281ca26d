"""Reading of JSON files through a schema, the type annotations of a dataclass."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from musicgen.errors import MusicgenError
from musicgen.files import open_file, reason_of

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
        with open_file(path) as file:
            data = file.read(max_bytes + 1)
    except OSError as problem:
        raise InvalidJson(f"{path.name} cannot be read: {reason_of(problem)}") from None
    if len(data) > max_bytes:
        raise InvalidJson(f"{path.name} is larger than {max_bytes:,} bytes")
    return parse_json(data, schema, path.name)


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
