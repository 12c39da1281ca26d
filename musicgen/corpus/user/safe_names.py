"""Names of foreign files and folders, changed only if they cannot be written safely."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from musicgen.paths import MAX_NAME_BYTES, can_begin, checked_name, is_nameable

MAX_FOLDER_DEPTH = 8  # path components
MAX_CHARACTERS = 56  # of a collection's name, which leaves room for a number

_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f]" if os.name != "nt" else r'[\x00-\x1f\x7f<>:"|?*]')


def safe_path(name: str) -> Path:
    """The name as a relative path that stays below its folder: no `..`, root or control code."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    components = [component for part in parts if (component := _component(part))]
    return Path(*components[-MAX_FOLDER_DEPTH:]) if components else Path("unnamed")


class FreePaths:
    """Relative paths that no folder has a file under.

    It remembers the last number of each name, so that many files of one name take linear time.
    """

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._next_numbers: dict[Path, int] = {}

    def find(self, path: Path) -> Path:
        """The relative path, or the same with (2), (3) …, that no folder has a file under."""
        number = self._next_numbers.get(path, 1)
        while True:
            numbered = path.with_name(f"{path.stem} ({number}){path.suffix}")
            candidate = path if number == 1 else numbered
            number += 1
            if not any(os.path.lexists(folder / candidate) for folder in self._folders):
                self._next_numbers[path] = number
                return candidate


def pasted_path(text: str) -> Path:
    """Parse a path as people paste it: in quotes, as a file:// address, with ~ for home."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    if text.startswith("file://"):
        text = unquote(text.removeprefix("file://"))
    try:
        return Path(text).expanduser()
    except RuntimeError:  # ~name of an unknown user
        return Path(text)


def collection_name(text: str) -> str:
    """The closest valid name of a collection; `collection` if nothing of the text is left."""
    text = unicodedata.normalize("NFC", text)
    cleaned = "".join(character if is_nameable(character) else " " for character in text)
    cleaned = re.sub(r" +", " ", cleaned)
    while cleaned and not can_begin(cleaned[0]):
        cleaned = cleaned[1:]
    return checked_name(cleaned[:MAX_CHARACTERS].rstrip(" .") or "collection")


def _component(part: str) -> str:
    """One path component without unwritable characters; may be empty."""
    text = _UNWRITABLE.sub("_", part.encode(errors="replace").decode())
    text = text.strip().lstrip("./").rstrip(".")
    stem, dot, suffix = text.rpartition(".")
    if len(text.encode()) > MAX_NAME_BYTES:
        room = MAX_NAME_BYTES - len(suffix.encode()) - 1
        if dot and room > 0:
            return f"{stem.encode()[:room].decode(errors='ignore')}.{suffix}"
        return text.encode()[:MAX_NAME_BYTES].decode(errors="ignore")
    return text
