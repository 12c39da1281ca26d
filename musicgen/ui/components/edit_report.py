"""Report of the browser that it has saved edits of a piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True)
class EditReport:
    """Edits that the browser has saved."""

    opened: str  # id of the piece that the page showed
    piece: str  # id of the piece that has the edits
    report: float  # another one in each report


def parse_report(report: Any) -> EditReport | None:
    """A report from the browser; None for one that is malformed."""
    try:
        return msgspec.convert(report, EditReport)
    except msgspec.ValidationError:
        return None
