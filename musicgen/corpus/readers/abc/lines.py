"""Lines of an ABC tune: fields, directives and music, without comments and free text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from musicgen.corpus.errors import UnreadableScore

# A field; but `A:|` and `Z:|` are music, a note or a rest before a repeat sign.
_FIELD = re.compile(r"([A-Za-z+]):(?!(?<=[A-GXZa-gxz]:)\s*[|:\]])(.*)")
_COMMENT = re.compile(r"(?<!\\)%.*")
_MAIL = re.compile(r"=20|=$")  # a space and a line break in quoted-printable text, no ABC
_BLOCK = re.compile(r"%%\s*begin(\w+)")


class Line(NamedTuple):
    """A line without its comment."""

    number: int  # from 1
    field: str  # its letter; `I` for directives, empty for music and free text
    text: str


def tune_lines(text: str) -> Iterator[Line]:
    """The lines of a tune that are not empty; lines `+:` are joined to the field before them.

    An empty line after the field K: ends the tune: lines after it have the field `.`.
    """
    waiting: Line | None = None
    in_body = ended = False
    for line in _raw_lines(text):
        if line.field == "+" and waiting:
            waiting = waiting._replace(text=f"{waiting.text} {line.text}")
            continue
        if waiting:
            yield waiting
            waiting = None
        if not line.text and not line.field:
            ended = in_body
        elif ended:
            text = f"{line.field}:{line.text}" if line.field else line.text
            yield Line(line.number, ".", text)
        elif line.field:
            in_body = in_body or line.field == "K"
            waiting = line
        else:
            yield line
    if waiting:
        yield waiting


def _raw_lines(text: str) -> Iterator[Line]:
    """All lines but comments and blocks of typeset text; empty ones as they are."""
    block = ""
    for number, raw in enumerate(text.split("\n"), 1):
        if block:
            if re.match(rf"(?:%%)?\s*end{block}", raw):
                block = ""
        elif opened := _BLOCK.match(raw):
            block = opened[1]
        elif raw.startswith("%%"):
            yield Line(number, "I", raw[2:].strip())
        else:
            stripped = _COMMENT.sub("", raw).strip()
            if stripped or not raw.strip():
                field = _FIELD.match(stripped)
                yield (
                    Line(number, field[1], field[2].strip())
                    if field
                    else Line(number, "", _MAIL.sub(" ", stripped.removesuffix("\\")))
                )
    if block:
        raise UnreadableScore(f"its block %%begin{block[:20]} has no end")
