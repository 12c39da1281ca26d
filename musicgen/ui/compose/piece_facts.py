"""What the history knows of a piece, read with care: its file may come from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from musicgen.composing.originality.report import SHORTEST, Originality, Run
from musicgen.composing.records.saved_pieces import KeptPiece
from musicgen.rendering.figures.roll import Mark
from musicgen.ui.shared.text import bar_label

_NUMBER = (int, float)
_KINDS: Mapping[str, Any] = {
    "int": int,
    "float": _NUMBER,
    "str": str,
    "int | None": (int, type(None)),
    "float | None": (*_NUMBER, type(None)),
}


def primer_notes(piece: KeptPiece) -> int:
    """How many of the piece's notes were given, not composed."""
    given = piece.facts.get("primer_notes", 0)
    return given if isinstance(given, int) else 0


def figures_of(piece: KeptPiece) -> dict[str, float]:
    found = piece.facts.get("figures")
    if not isinstance(found, Mapping):
        return {}
    return {str(name): float(v) for name, v in found.items() if isinstance(v, int | float)}


def originality_of(piece: KeptPiece) -> Originality | None:
    """The report of the piece; None where none was made or it cannot be read."""
    entry = piece.facts.get("originality")
    try:
        runs = tuple(Run(**_checked(Run, run)) for run in entry["runs"])  # type: ignore[index]
        return Originality(**{**_checked(Originality, entry), "runs": runs})
    except (TypeError, KeyError, AttributeError):
        return None


def marks_of(piece: KeptPiece) -> list[Mark]:
    """The stretches that also stand in training pieces, one for each run of the report."""
    report, given = originality_of(piece), primer_notes(piece)
    if report is None:
        return []
    return [
        Mark(
            given + run.first,
            given + run.first + run.notes,
            f"{run.notes} notes as in {run.source}, {bar_label(run.source_bar)}",
            report.human_95 is not None and run.notes <= report.human_95,
        )
        for run in report.runs
    ]


def too_short_to_tell(piece: KeptPiece) -> bool:
    """Whether it has fewer notes of its own than a stretch that is looked for."""
    notes = piece.facts.get("notes")
    return isinstance(notes, int) and notes - primer_notes(piece) < SHORTEST


def _checked(kind: type, entry: Any) -> dict[str, Any]:
    """Those values of an entry that a dataclass has; TypeError where one is of another kind."""
    known = {f.name: str(f.type) for f in fields(kind) if f.name in entry}
    for name, wanted in known.items():
        if wanted in _KINDS and not isinstance(entry[name], _KINDS[wanted]):
            raise TypeError(f"{name} is not {wanted}")
    return {name: entry[name] for name in known}
