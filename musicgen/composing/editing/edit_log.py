"""Log of the edits of a piece: one line of JSON for each gesture, undo and redo.

Lines are only appended, so a crash loses at most the line that was being written. A gesture after
some undos replaces those that were undone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, TypeAlias

from msgspec import Meta

from musicgen.composing.editing.change import Change, InvalidChange
from musicgen.json_files import InvalidJson, convert_json, parse_json

MAX_LINES = 100_000


@dataclass(frozen=True)
class Move:
    """Undo or redo: from now on this many changes are in force."""

    cursor: Annotated[int, Meta(ge=0, le=MAX_LINES)]


Line: TypeAlias = Change | Move


@dataclass(frozen=True)
class EditLog:
    """All lines of a log; changes up to the cursor are in force, those after it can be redone."""

    lines: tuple[Line, ...] = ()
    changes: tuple[Change, ...] = ()
    cursor: int = 0

    @property
    def in_force(self) -> tuple[Change, ...]:
        return self.changes[: self.cursor]

    def with_lines(self, lines: Iterable[Line]) -> EditLog:
        """The log with more lines. Raises InvalidChange for an undo or redo of nothing."""
        changes, cursor, added = list(self.changes), self.cursor, tuple(lines)
        for line in added:
            if isinstance(line, Move):
                if line.cursor > len(changes):
                    raise InvalidChange(f"there are no {line.cursor} changes to redo")
                cursor = line.cursor
            else:
                changes[cursor:] = [line]
                cursor += 1
        if len(self.lines) + len(added) > MAX_LINES:
            raise InvalidChange(f"a piece has at most {MAX_LINES:,} edits: save it as a new one")
        return EditLog((*self.lines, *added), tuple(changes), cursor)


def parse_line(entry: Any) -> Line:
    """A line from JSON that was parsed. Raises InvalidChange."""
    is_move = isinstance(entry, dict) and "cursor" in entry
    try:
        line: Line = convert_json(entry, Move if is_move else Change, "the edit")
        return line
    except InvalidJson as error:
        raise InvalidChange(str(error)) from None


def parse_log(data: bytes) -> tuple[EditLog, int]:
    """A log, and the number of its bytes that are whole lines.

    What follows the first damaged line is left out: later gestures build on it.
    """
    log, size = EditLog(), 0
    for text in data.splitlines(keepends=True):
        try:
            if not text.endswith(b"\n"):
                break
            log = log.with_lines([parse_line(parse_json(text, Any))])
        except (InvalidJson, InvalidChange):
            break
        size += len(text)
    return log, size


def log_bytes(lines: Sequence[Line]) -> bytes:
    """Contents of a log file, or of what is appended to one."""
    return b"".join(
        json.dumps(line_json(line), separators=(",", ":")).encode() + b"\n" for line in lines
    )


def line_json(line: Line) -> dict[str, Any]:
    """JSON of a line; the same line has the same text."""
    entry = asdict(line)
    if entry.get("parts", 0) is None:
        del entry["parts"]
    return entry
