"""Bin of deleted collections, runs, pieces and SoundFonts, which can be restored for KEEP_DAYS.

home()/bin/KIND/TIME-RANDOM/NAME is the folder that was deleted. Moving is one rename, so that a
kill leaves it in its place or in the bin.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from musicgen.errors import MusicgenError
from musicgen.paths import home

KEEP_DAYS = 30
# Kinds, and their folders in home().
COLLECTIONS, RUNS, PIECES, SOUNDFONTS = "collections", "runs", "pieces", "soundfonts"
_TIME = "%Y%m%d-%H%M%S"
_ENTRY = re.compile(r"(\d{8}-\d{6})-\w+", re.ASCII)
_LEFTOVER_PREFIX = ".emptied-"


class NotRestored(MusicgenError):
    """An item of the bin that is gone, or whose name has been taken meanwhile."""


@dataclass(frozen=True)
class BinItem:
    """A deleted folder."""

    kind: str
    name: str
    deleted: datetime  # in UTC
    folder: Path  # where it lies in the bin

    @property
    def kept_until(self) -> datetime:
        return self.deleted + timedelta(days=KEEP_DAYS)


def move_to_bin(folder: Path, kind: str, now: datetime | None = None) -> None:
    """Move a folder, or a link to one, into the bin. Raises OSError where there is none."""
    bin_folder = _bin_folders(kind)[0]
    if not _is_beside(folder.parent):  # another disk: a rename cannot go there
        bin_folder = _bin_folders(kind)[1]
    bin_folder.mkdir(parents=True, exist_ok=True)
    prefix = (now or datetime.now(UTC)).strftime(f"{_TIME}-")
    entry = Path(tempfile.mkdtemp(prefix=prefix, dir=bin_folder))
    try:
        folder.rename(entry / folder.name)
    except OSError:
        entry.rmdir()
        raise
    empty_bin(kind, now)


def list_bin(kind: str) -> list[BinItem]:
    """Deleted folders that can be restored, the latest first; drops those that are too old."""
    empty_bin(kind)
    items = []
    for entry in _entries(kind):
        match = _ENTRY.fullmatch(entry.name)
        with suppress(OSError, ValueError):
            time = datetime.strptime(match[1] if match else "", _TIME).replace(tzinfo=UTC)
            items += [BinItem(kind, folder.name, time, folder) for folder in entry.iterdir()]
    return sorted(items, key=lambda item: (item.deleted, item.name), reverse=True)


def restore(item: BinItem) -> None:
    """Move an item back to its place. Raises NotRestored."""
    place = home() / item.kind / item.name
    if os.path.lexists(place):
        raise NotRestored(f"there is another '{item.name}' now: rename that one first")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        item.folder.rename(place)
    except OSError:
        raise NotRestored(f"'{item.name}' is not in the bin any more") from None
    with suppress(OSError):
        item.folder.parent.rmdir()


def empty_bin(kind: str, now: datetime | None = None, everything: bool = False) -> None:
    """Delete for good what has been in the bin for KEEP_DAYS, or everything."""
    oldest = ((now or datetime.now(UTC)) - timedelta(days=KEEP_DAYS)).strftime(_TIME)
    for entry in _entries(kind):
        is_leftover = entry.name.startswith(_LEFTOVER_PREFIX)
        if is_leftover or (_ENTRY.fullmatch(entry.name) and (everything or entry.name < oldest)):
            hidden = entry.with_name(_LEFTOVER_PREFIX + entry.name.removeprefix(_LEFTOVER_PREFIX))
            with suppress(OSError):
                entry.rename(hidden)  # at once, so that half of it is never offered
            shutil.rmtree(hidden, ignore_errors=True)


def _bin_folders(kind: str) -> tuple[Path, Path]:
    """The bin, and the one for a folder of home() that lies on another disk."""
    return home() / "bin" / kind, home() / kind / ".bin"


def _entries(kind: str) -> Iterable[Path]:
    for folder in _bin_folders(kind):
        with suppress(OSError):
            yield from list(folder.iterdir())


def _is_beside(folder: Path) -> bool:
    """Whether a folder of home() lies on the same disk as home()."""
    return folder.stat().st_dev == home().stat().st_dev
