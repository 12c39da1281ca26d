"""Drafts of what is typed on the Compose page: they are there again on the next visit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec

from musicgen.files import to_json_bytes, write_bytes
from musicgen.json_files import InvalidJson, read_json
from musicgen.paths import home, is_shared

MAX_CHARACTERS = 2000


@dataclass(frozen=True)
class TypedDraft:
    """Text of the notes that a piece begins with; empty before any was typed."""

    notes: Annotated[str, msgspec.Meta(max_length=MAX_CHARACTERS)] = ""


def read_draft() -> TypedDraft:
    """The last draft; an empty one where there is none, or where several people use the server."""
    if is_shared():
        return TypedDraft()
    try:
        draft: TypedDraft = read_json(home() / "draft.json", TypedDraft)
    except InvalidJson:
        return TypedDraft()
    return draft


def write_draft(draft: TypedDraft) -> None:
    """Replace the draft, where one person uses the server."""
    if is_shared() or draft == read_draft():
        return
    home().mkdir(parents=True, exist_ok=True)
    write_bytes(home() / "draft.json", to_json_bytes(msgspec.to_builtins(draft)))
