"""A disk without room: how it shows, and what to tell people of it."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

DISK_FULL = "the disk is full: free some space, then resume"
LEAST = 2**20  # bytes free, below which nothing of a training can be written
_NUMBERS = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}  # of the disk, or of one's share


def is_full(problem: BaseException) -> bool:
    """Whether that is what went wrong."""
    return isinstance(problem, OSError) and problem.errno in _NUMBERS


def has_no_room(folder: Path) -> bool:
    """Whether the disk of a folder is full now."""
    try:
        return shutil.disk_usage(folder).free < LEAST
    except OSError:
        return False
