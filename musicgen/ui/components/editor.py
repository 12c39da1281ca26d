"""Editor of a piece in the roll, as a Streamlit component."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from musicgen.ui.components.component import component
from musicgen.ui.components.edit_report import EditReport, parse_report


@dataclass(frozen=True)
class Locks:
    """Parts of a piece that the person has locked."""

    piece: str  # id
    parts: tuple[int, ...]


def editor(
    piece: str,
    edits_address: str,
    recordings_address: str,
    sound_address: str,
    key: str,
    locked: Sequence[int] = (),
) -> tuple[EditReport | None, Locks | None]:
    """Show the editor of a saved piece; return the last reports of saved edits and of locks.

    piece: id. The browser reads the piece from `edits_address` and sends edits there; the first
    edit of a composed piece makes another one. recordings_address: where recordings are sent while
    they go on. sound_address: of the synthesizer's files. key: unique on the page. locked: parts
    that are locked when the piece is opened.
    """
    data = {
        "piece": piece,
        "edits": edits_address,
        "recordings": recordings_address,
        "sound": sound_address,
        "locked": list(locked),
    }
    result = _component(key=key, data=data, on_edited_change=_ignore, on_locked_change=_ignore)
    return parse_report(result.get("edited")), parse_locks(result.get("locked"))


def parse_locks(report: Any) -> Locks | None:
    """Locked parts as the browser reports them; None where that is malformed."""
    try:
        return msgspec.convert(report, Locks)
    except msgspec.ValidationError:
        return None


def _ignore() -> None:
    """Callback without effect: Streamlit requires one for each value that a component reports."""


_component = component("editor")
