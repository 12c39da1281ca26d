"""Folders of the program and of the user; names that may be folders."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from musicgen.errors import InvalidSetting

PACKAGE = Path(__file__).resolve().parent
LIBRARY = PACKAGE / "library"  # bundled collections
PRETRAINED = PACKAGE / "pretrained"  # bundled runs

MAX_NAME_CHARACTERS = 64
MAX_NAME_BYTES = 200  # file systems allow 255; temporary files add a prefix
NAME_PUNCTUATION = " _.,+()&'-"  # allowed in names beside letters and digits


class BadName(InvalidSetting):
    """A name that cannot be a folder's."""


def home() -> Path:
    """The folder of the user's data: $MUSICGEN_HOME, or ~/.musicgen."""
    return Path(os.environ.get("MUSICGEN_HOME") or Path.home() / ".musicgen")


def is_shared() -> bool:
    """Whether several people use this server: MUSICGEN_SHARED is set, and not to 0.

    Then only collections and runs can be named, no paths of this computer.
    """
    return os.environ.get("MUSICGEN_SHARED", "").strip() not in ("", "0")


def collections_folder() -> Path:
    """The folder of the user's collections."""
    return home() / "collections"


def runs_folder() -> Path:
    """The folder of the user's runs."""
    return home() / "runs"


def pieces_folder() -> Path:
    """The folder of the history's pieces."""
    return home() / "pieces"


def checked_name(name: str) -> str:
    """The name in Unicode's form NFC if it can safely be a folder's; raises BadName.

    Letters and digits of all scripts are allowed, with their combining marks.
    """
    name = unicodedata.normalize("NFC", name)
    allowed = all(is_nameable(character) for character in name)
    ends_well = can_begin(name[:1]) and not name.endswith((" ", "."))
    if not (allowed and ends_well and len(name) <= MAX_NAME_CHARACTERS):
        printable = name[:80].encode(errors="replace").decode()
        raise BadName(
            f"'{printable}' cannot be a name: use 1 to {MAX_NAME_CHARACTERS} letters, digits, "
            "spaces and - _ . , + & ' ( ), beginning with a letter or digit, with no / and no "
            "final dot"
        )
    if len(name.encode()) > MAX_NAME_BYTES:
        raise BadName(f"'{name}' cannot be a name: it is too long; leave some letters out")
    return name


def is_nameable(character: str) -> bool:
    """Whether a name may contain the character: a letter, mark, digit or NAME_PUNCTUATION."""
    return character in NAME_PUNCTUATION or unicodedata.category(character)[0] in "LMN"


def can_begin(character: str) -> bool:
    """Whether a name may begin with the character."""
    return character == "_" or unicodedata.category(character or " ")[0] in "LN"
