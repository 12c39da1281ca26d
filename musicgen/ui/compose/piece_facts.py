"""What the history knows of a piece, read with care: its file may come from anywhere."""

from __future__ import annotations

from collections.abc import Mapping

from musicgen.composing.originality.report import MIN_MATCH_NOTES, Originality
from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.rendering.figures.roll import Mark
from musicgen.ui.shared.text import bar_label


def primer_notes(piece: SavedPiece) -> int:
    """How many of the piece's notes were given, not composed."""
    given = piece.facts.get("primer_notes", 0)
    return given if isinstance(given, int) else 0


def figures_of(piece: SavedPiece) -> dict[str, float]:
    found = piece.facts.get("figures")
    if not isinstance(found, Mapping):
        return {}
    return {str(name): float(v) for name, v in found.items() if isinstance(v, int | float)}


def originality_of(piece: SavedPiece) -> Originality | None:
    """The report of the piece; None where none was made or it cannot be read."""
    return Originality.from_json(piece.facts.get("originality"))


def marks_of(piece: SavedPiece) -> list[Mark]:
    """The stretches that also stand in training pieces, one for each run of the report."""
    report, given = originality_of(piece), primer_notes(piece)
    if report is None:
        return []
    return [
        Mark(
            given + match.first,
            given + match.first + match.notes,
            f"{match.notes} notes as in {match.source}, {bar_label(match.source_bar)}",
            report.human_95 is not None and match.notes <= report.human_95,
        )
        for match in report.matches
    ]


def too_short_to_tell(piece: SavedPiece) -> bool:
    """Whether it has fewer notes of its own than a stretch that is looked for."""
    notes = piece.facts.get("notes")
    return isinstance(notes, int) and notes - primer_notes(piece) < MIN_MATCH_NOTES
