"""Paths of the files that commands write."""

from __future__ import annotations

import stat
from pathlib import Path

from musicgen.errors import InvalidSetting

MAX_SHOWN_CHARACTERS = 80


def check_writable(option: str, path: Path) -> None:
    """Raise InvalidSetting where a file cannot be written, before any work is done."""
    try:
        kind = path.stat().st_mode
    except FileNotFoundError:
        kind = stat.S_IFREG
    except (OSError, ValueError) as problem:  # ValueError: a name that no file can have
        shown = str(path)[:MAX_SHOWN_CHARACTERS].encode(errors="replace").decode()
        reason = getattr(problem, "strerror", None) or problem
        raise InvalidSetting(f"{option} {shown!r}: {reason}") from None
    if stat.S_ISDIR(kind):
        raise InvalidSetting(f"{option} {path} is a folder: name a file")
    if not stat.S_ISREG(kind):  # writing might wait without end, or put a file in its place
        raise InvalidSetting(f"{option} {path} is a device or a pipe: name a file")
    if not path.parent.is_dir():
        raise InvalidSetting(f"{option} {path}: there is no folder '{path.parent}'; make it first")


def numbered(path: Path, number: int) -> Path:
    """The path of one of several files: the first has the name as it is."""
    return path if number == 1 else path.with_stem(f"{path.stem}-{number}")
