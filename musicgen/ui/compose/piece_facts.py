"""Facts of saved pieces, with values of a wrong type left out: history files may be edited."""

from __future__ import annotations

from collections.abc import Mapping

from musicgen.composing.originality.report import MIN_MATCH_NOTES, Originality
from musicgen.composing.records.saved_pieces import SavedPiece
from musicgen.rendering.figures.roll import Mark
from musicgen.ui.shared.text import bar_label


def primer_notes(piece: SavedPiece) -> int:
    """Number of the piece's first notes that were given and not composed."""
    number = piece.facts.get("primer_notes", 0)
    return number if isinstance(number, int) else 0


def metrics_of(piece: SavedPiece) -> dict[str, float]:
    """Metrics of the piece by name (see `METRICS`); empty if there are none."""
    metrics = piece.facts.get("figures")
    if not isinstance(metrics, Mapping):
        return {}
    return {str(name): float(v) for name, v in metrics.items() if isinstance(v, int | float)}


def originality_of(piece: SavedPiece) -> Originality | None:
    """Originality report of the piece; None if there is none or it is damaged."""
    return Originality.from_json(piece.facts.get("originality"))


def marks_of(piece: SavedPiece) -> list[Mark]:
    """Marks of the passages that training pieces contain as well, one for each match."""
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


def is_too_short_to_judge(piece: SavedPiece) -> bool:
    """Whether fewer notes were composed than the shortest match has."""
    notes = piece.facts.get("notes")
    return isinstance(notes, int) and notes - primer_notes(piece) < MIN_MATCH_NOTES
