"""Paths of the files that commands write."""

from __future__ import annotations

from pathlib import Path

from musicgen.errors import InvalidSetting


def check_writable(option: str, path: Path) -> None:
    """Raise InvalidSetting where a file cannot be written, before any work is done."""
    if path.is_dir():
        raise InvalidSetting(f"{option} {path} is a folder: name a file")
    if not path.parent.is_dir():
        raise InvalidSetting(f"{option} {path}: there is no folder '{path.parent}'; make it first")


def numbered(path: Path, number: int) -> Path:
    """The path of one of several files: the first has the name as it is."""
    return path if number == 1 else path.with_stem(f"{path.stem}-{number}")
