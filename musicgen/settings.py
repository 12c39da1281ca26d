"""Where things live on disk."""

from __future__ import annotations

import os
import re
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
LIBRARY = PACKAGE / "library"  # bundled collections
PRETRAINED = PACKAGE / "pretrained"  # bundled runs

_NAME = re.compile(r"[\w][\w .+,()&'-]{0,63}", re.ASCII)


class BadName(ValueError):
    """A name that cannot be a folder of ours."""


def home() -> Path:
    """The folder of everything that the user makes: $MUSICGEN_HOME, or ~/.musicgen."""
    return Path(os.environ.get("MUSICGEN_HOME") or Path.home() / ".musicgen")


def collections_folder() -> Path:
    return home() / "collections"


def runs_folder() -> Path:
    return home() / "runs"


def pieces_folder() -> Path:
    return home() / "pieces"


def checked_name(name: str) -> str:
    """The name, where it can safely be a folder's; BadName says what is wrong otherwise."""
    if not _NAME.fullmatch(name) or name != name.strip() or name.endswith("."):
        raise BadName(
            f"'{name[:80]}' cannot be a name: use 1 to 64 letters, digits, spaces and "
            "- _ . , + & ' ( ), beginning with a letter or digit, with no / and no final dot"
        )
    return name
