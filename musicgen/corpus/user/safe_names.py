"""Names that strangers gave to files, made safe to write and kept as they were otherwise."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from musicgen.paths import can_begin, checked_name, is_nameable

LONGEST_BYTES = 200  # of a component; file systems take 255
DEEPEST = 8  # folders in folders

_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f]" if os.name != "nt" else r'[\x00-\x1f\x7f<>:"|?*]')


def safe_path(name: str) -> Path:
    """A relative path that stays below its folder, like the name: no `..`, root or control."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    safe = [_component(part) for part in parts]
    kept = [part for part in safe if part][-DEEPEST:]
    return Path(*kept) if kept else Path("unnamed")


def free_path(path: Path) -> Path:
    """The path, or the same with (2), (3) … before the ending where it is taken."""
    number, candidate = 2, path
    while candidate.exists() or candidate.is_symlink():
        candidate = path.with_name(f"{path.stem} ({number}){path.suffix}")
        number += 1
    return candidate


def pasted_path(text: str) -> Path:
    """A path as people paste it: in quotes, as a file's address, with ~ for their home folder."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    if text.startswith("file://"):
        text = unquote(text.removeprefix("file://"))
    try:
        return Path(text).expanduser()
    except RuntimeError:  # the home of nobody
        return Path(text)


def collection_name(text: str) -> str:
    """A name for a collection as like the text as names can be; `collection` for nothing."""
    text = unicodedata.normalize("NFC", text)
    cleaned = "".join(each if is_nameable(each) else " " for each in text)
    cleaned = re.sub(r" +", " ", cleaned)
    begin = next((place for place, each in enumerate(cleaned) if can_begin(each)), len(cleaned))
    return checked_name(cleaned[begin:][:56].rstrip(" .") or "collection")


def _component(part: str) -> str:
    """One component without what cannot be written; nothing where nothing is left."""
    text = _UNWRITABLE.sub("_", part.encode(errors="replace").decode())
    text = text.strip().lstrip("./").rstrip(".")
    stem, dot, ending = text.rpartition(".")
    if len(text.encode()) > LONGEST_BYTES:
        room = LONGEST_BYTES - len(ending.encode()) - 1
        if dot and room > 0:
            return f"{stem.encode()[:room].decode(errors='ignore')}.{ending}"
        return text.encode()[:LONGEST_BYTES].decode(errors="ignore")
    return text
