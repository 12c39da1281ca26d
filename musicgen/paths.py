"""Where things live on disk."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from musicgen.errors import MusicgenError

PACKAGE = Path(__file__).resolve().parent
LIBRARY = PACKAGE / "library"  # bundled collections
PRETRAINED = PACKAGE / "pretrained"  # bundled runs

LONGEST = 64  # characters of a name
LONGEST_BYTES = 200  # file systems take 255, of which ours adds a few
MARKS = " _.+,()&'-"  # that a name may have beside letters and digits


class BadName(MusicgenError, ValueError):
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
    """The name in Unicode's form NFC, where it can safely be a folder's.

    Letters and digits are those of any script, with their combining marks. BadName says what is
    wrong with any other name.
    """
    name = unicodedata.normalize("NFC", name)
    letters = all(is_nameable(character) for character in name)
    ends_well = can_begin(name[:1]) and not name.endswith((" ", "."))
    if not (letters and ends_well and len(name) <= LONGEST):
        shown = name[:80].encode(errors="replace").decode()
        raise BadName(
            f"'{shown}' cannot be a name: use 1 to {LONGEST} letters, digits, spaces and "
            "- _ . , + & ' ( ), beginning with a letter or digit, with no / and no final dot"
        )
    if len(name.encode()) > LONGEST_BYTES:
        raise BadName(f"'{name}' cannot be a name: it is too long; leave some letters out")
    return name


def is_nameable(character: str) -> bool:
    """Whether a name may have the character: a letter, a digit, a mark on one, or one of MARKS."""
    return character in MARKS or unicodedata.category(character)[0] in "LMN"


def can_begin(character: str) -> bool:
    """Whether a name may begin with the character."""
    return character == "_" or unicodedata.category(character or " ")[0] in "LN"
